import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExchangeTokenDocument, LoginDocument, type LoginInput } from '../../generated/operations.js';
import { atOnce, quickUser, rows } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, PASSWORD } from '../../support/journey.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const NEWER_FIREFOX = FIREFOX.replaceAll('140.0', '141.0');
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const client = (agent: string, from = '198.51.100.40', cookie?: string): Ask => ({
  from,
  headers: { 'user-agent': agent },
  ...(cookie === undefined ? {} : { cookie }),
});

async function login(email: string, ask: Ask, input: Partial<LoginInput> = {}) {
  const answer = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD, ...input } }, ask);
  const cookie = answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return { ...expectType(answer.data.login, 'LoginSuccess'), cookie };
}

const noticesTo = async (email: string) =>
  (await rows(gateway, "SELECT id FROM outbox_messages WHERE recipient = ? AND mail = 'new-device'", [email])).length;

describe('L4: a sign-in on a device that the account does not know', () => {
  it('is told of by mail with what, when and where, and never by the first sign-in', async () => {
    const { email, id } = await quickUser(gateway, { displayName: 'Robin' });
    await login(email, client(FIREFOX));
    expect(await noticesTo(email)).toBe(0);
    const { session } = await login(email, client(SAFARI, '203.0.113.9'), { deviceName: "Robin's phone" });
    const mail = await gateway.mailTo(email, { mail: 'new-device' });
    for (const fact of ['Safari 18', 'iOS 18', '203.0.113.9', "Robin's phone"]) expect(mail.text).toContain(fact);
    expect(mail.link).toMatch(/\/report-session#token=[\w-]{64}$/);
    expect(mail.text).not.toContain(PASSWORD);
    const [event] = await rows(gateway, "SELECT metadata FROM audit_events WHERE type = 'NEW_DEVICE' AND user_id = ?", [
      id,
    ]);
    expect(event).toEqual({ metadata: { sessionId: session.id } });
  });

  it('is told of once for each device', async () => {
    const { email } = await quickUser(gateway);
    await login(email, client(FIREFOX));
    for (let index = 0; index < 3; index += 1) await login(email, client(SAFARI));
    expect(await noticesTo(email)).toBe(1);
    await login(email, client(FIREFOX));
    expect(await noticesTo(email)).toBe(1);
  });

  it('is kept once for a client without cookies, however often it signs in', async () => {
    const { email, id } = await quickUser(gateway);
    for (let index = 0; index < 3; index += 1) await login(email, client(FIREFOX), { tokenDelivery: 'BODY' });
    expect(await rows(gateway, 'SELECT 1 FROM known_devices WHERE user_id = ?', [id])).toHaveLength(1);
    const { cookie } = await login(email, client(FIREFOX));
    for (let index = 0; index < 3; index += 1) {
      await login(email, client(SAFARI, '203.0.113.9', cookie));
    }
    expect(await rows(gateway, 'SELECT 1 FROM known_devices WHERE user_id = ?', [id])).toHaveLength(3);
    expect(await noticesTo(email)).toBe(0);
  });

  it('is told of once when several sign-ins come at once', async () => {
    const { email } = await quickUser(gateway);
    await login(email, client(FIREFOX));
    await atOnce(5, () => login(email, client(SAFARI)));
    expect(await noticesTo(email)).toBe(1);
  });

  it('knows a browser again that is newer, or by its cookie anywhere', async () => {
    const { email } = await quickUser(gateway);
    const { cookie } = await login(email, client(FIREFOX));
    await login(email, client(NEWER_FIREFOX));
    await login(email, client(SAFARI, '192.0.2.200', cookie));
    expect(await noticesTo(email)).toBe(0);
  });

  it("does not take another account's device for its own", async () => {
    const { email: other } = await quickUser(gateway);
    const { cookie } = await login(other, client(SAFARI));
    const { email } = await quickUser(gateway);
    await login(email, client(FIREFOX));
    await login(email, client(SAFARI, '198.51.100.40', cookie));
    expect(await noticesTo(email)).toBe(1);
  });

  it('counts the device that verified the address as the first', async () => {
    const { email, exchangeToken } = await quickUser(gateway);
    await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } }, client(SAFARI));
    await login(email, client(SAFARI));
    expect(await noticesTo(email)).toBe(0);
    await login(email, client(FIREFOX));
    expect(await noticesTo(email)).toBe(1);
  });

  it('keeps nothing in the database by which a browser could be followed', async () => {
    const { email, id } = await quickUser(gateway);
    const { cookie } = await login(email, client(FIREFOX));
    const token = /gatehouse-device=([\w-]{64})/.exec(cookie)?.[1] ?? '';
    const [row] = await rows<{ text: string }>(
      gateway,
      "SELECT string_agg(d::text, ' ') AS text FROM known_devices d WHERE user_id = ?",
      [id],
    );
    expect(token).toHaveLength(64);
    expect(row?.text).not.toContain(token.slice(0, 20));
    expect(row?.text).not.toContain('Firefox');
  });
});
