import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExchangeTokenDocument, LoginDocument, MeDocument, RefreshDocument } from '../../generated/operations.js';
import { faults, quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const COOKIE = 'gatehouse-refresh';
const login = async (identifier: string, cookie?: string, rememberMe = false) => {
  const answer = await gateway.ask(
    LoginDocument,
    { input: { identifier, password: PASSWORD, rememberMe } },
    { cookie },
  );
  const success = expectType(answer.data.login, 'LoginSuccess');
  return { ...success, answer, cookie: answer.cookies.find(({ name }) => name === COOKIE) };
};
const isAlive = async (accessToken: string) =>
  (await gateway.ask(MeDocument, {}, { token: accessToken })).data?.me != null;

describe('the device of a session', () => {
  const agents = {
    desktop:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    phone:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    tablet:
      'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
    bot: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  };

  it.each([
    [agents.desktop, { deviceType: 'DESKTOP', browser: 'Chrome 126', operatingSystem: 'Windows 10' }],
    [agents.phone, { deviceType: 'MOBILE', browser: 'Safari 17', operatingSystem: 'iOS 17' }],
    [agents.tablet, { deviceType: 'TABLET', browser: 'Safari 16', operatingSystem: 'iOS 16' }],
    [agents.bot, { deviceType: 'BOT' }],
    ['curl/8.5.0', {}],
    ['', { deviceType: 'UNKNOWN', browser: null, operatingSystem: null }],
  ])('%s', async (agent, device) => {
    const { email } = await quickUser(gateway);
    const ask = { headers: { 'user-agent': agent }, from: '203.0.113.7' };
    const { session } = await loggedIn(gateway, email, { deviceName: 'Desk at home', ask });
    expect(session).toMatchObject({ ...device, deviceName: 'Desk at home', ipAddress: '203.0.113.7', isCurrent: true });
  });

  it('a hostile user agent is no fault', async () => {
    const { email } = await quickUser(gateway);
    for (const agent of [' ', 'x'.repeat(9_000), '\u0001\u0002', '((((', `Chrome/${'9'.repeat(600)}`, '%00', '<b>']) {
      const { session } = await loggedIn(gateway, email, { ask: { headers: { 'user-agent': agent } } });
      expect(session.deviceType).toBeDefined();
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('C1: the refresh token travels in a cookie or in the body', () => {
  it('COOKIE is the default and keeps it out of the body', async () => {
    const { email } = await quickUser(gateway);
    const { tokens, cookie, answer } = await login(email);
    expect(tokens.refreshToken).toBeNull();
    expect(cookie).toMatchObject({ httpOnly: true, path: '/', sameSite: 'Strict' });
    expect(cookie?.maxAge).toBeUndefined();
    expect(cookie?.domain).toBeUndefined();
    expect(answer.body).not.toContain(cookie?.value);
  });

  it('with rememberMe it outlives the browser', async () => {
    const { email } = await quickUser(gateway);
    const { cookie } = await login(email, undefined, true);
    expect(Math.abs((cookie?.maxAge ?? 0) - 14 * 86_400)).toBeLessThan(10);
  });

  it('BODY sets no cookie', async () => {
    const { email } = await quickUser(gateway);
    const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' as const };
    const answer = await gateway.ask(LoginDocument, { input });
    expect(expectType(answer.data.login, 'LoginSuccess').tokens.refreshToken).toHaveLength(112);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('exchangeToken delivers alike', async () => {
    const { exchangeToken } = await quickUser(gateway);
    const answer = await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
    expect(expectType(answer.data.exchangeToken, 'LoginSuccess').tokens.refreshToken).toBeNull();
    expect(answer.cookies).toMatchObject([
      { name: COOKIE, httpOnly: true },
      { name: 'gatehouse-device', httpOnly: true },
    ]);
  });

  it('refresh by cookie sets the next one; a rejection leaves the cookie, which may be a newer one by now', async () => {
    const { email } = await quickUser(gateway);
    const first = await login(email);
    const refreshed = await gateway.ask(RefreshDocument, {}, { cookie: `${COOKIE}=${first.cookie?.value}` });
    expect(expectType(refreshed.data.refresh, 'RefreshSuccess').tokens.refreshToken).toBeNull();
    const [next] = refreshed.cookies;
    expect(next).toMatchObject({ name: COOKIE, httpOnly: true, path: '/', sameSite: 'Strict' });
    expect(next?.value).not.toBe(first.cookie?.value);
    const rejected = await gateway.ask(RefreshDocument, {}, { cookie: `${COOKIE}=made-up` });
    expectType(rejected.data.refresh, 'RefreshRejectedProblem');
    expect(rejected.headers['set-cookie']).toBeUndefined();
    const byBody = await gateway.ask(
      RefreshDocument,
      { input: { refreshToken: 'made-up' } },
      { cookie: `${COOKIE}=${next?.value}` },
    );
    expectType(byBody.data.refresh, 'RefreshRejectedProblem');
    expect(byBody.headers['set-cookie']).toBeUndefined();
    const nothing = await gateway.ask(RefreshDocument, {});
    expectType(nothing.data.refresh, 'RefreshRejectedProblem');
  });
});

describe('S1: signing in replaces the session that the browser held', () => {
  it('by login and by exchangeToken, also that of another user', async () => {
    const { email } = await quickUser(gateway);
    const first = await login(email);
    const second = await login(email, `${COOKIE}=${first.cookie?.value}`);
    expect(second.session.id).not.toBe(first.session.id);
    expect(second.cookie?.value).not.toBe(first.cookie?.value);
    expect(await isAlive(first.tokens.accessToken)).toBe(false);
    const { exchangeToken } = await quickUser(gateway);
    const cookie = `${COOKIE}=${second.cookie?.value}`;
    const third = await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } }, { cookie });
    expectType(third.data.exchangeToken, 'LoginSuccess');
    expect(await isAlive(second.tokens.accessToken)).toBe(false);
  });

  it('a preset cookie that is none of ours is replaced and ends nothing', async () => {
    const { email } = await quickUser(gateway);
    const other = await login(email);
    const { cookie } = await login(email, `${COOKIE}=preset`);
    expect(cookie?.value).toHaveLength(112);
    expect(await isAlive(other.tokens.accessToken)).toBe(true);
  });

  it('a failed login ends nothing', async () => {
    const { email } = await quickUser(gateway);
    const first = await login(email);
    const input = { identifier: email, password: 'Wrong-Horse-7-Staple' };
    const answer = await gateway.ask(LoginDocument, { input }, { cookie: `${COOKIE}=${first.cookie?.value}` });
    expectType(answer.data.login, 'InvalidCredentialsProblem');
    expect(await isAlive(first.tokens.accessToken)).toBe(true);
  });
});
