import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeDocument, RefreshDocument } from '../../generated/operations.js';
import { atOnce, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const send = async (refreshToken: string, on = gateway) =>
  (await on.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;
const next = async (refreshToken: string, on = gateway) =>
  expectType(await send(refreshToken, on), 'RefreshSuccess').tokens.refreshToken ?? '';
const rejected = async (refreshToken: string, on = gateway) =>
  expectType(await send(refreshToken, on), 'RefreshRejectedProblem');
const signedIn = async (on = gateway) => {
  const { email } = await quickUser(on);
  return { email, ...(await loggedIn(on, email, { deviceName: 'Desk at home' })) };
};
const notices = async (email: string) =>
  await rows(gateway, "SELECT id FROM outbox_messages WHERE mail = 'session-reuse' AND recipient = ?", [email]);
const reasonOf = async (id: string, on = gateway) =>
  (await rows(on, 'SELECT revocation_reason FROM sessions WHERE id = ?', [id]))[0]?.revocation_reason;

describe('D10: within the grace the token before gives the same successor', () => {
  it('again and again, and no second branch', async () => {
    const { refreshToken, session } = await signedIn();
    const second = await next(refreshToken);
    expect(await next(refreshToken)).toBe(second);
    gateway.clock.advance(8);
    expect(await next(refreshToken)).toBe(second);
    const third = await next(second);
    expect(await next(second)).toBe(third);
    expect(await rows(gateway, 'SELECT generation FROM sessions WHERE id = ?', [session.id])).toEqual([
      { generation: 2 },
    ]);
  });

  it('and a retry does not make it longer', async () => {
    const { refreshToken } = await signedIn();
    const second = await next(refreshToken);
    gateway.clock.advance(6);
    await next(refreshToken);
    gateway.clock.advance(6);
    await rejected(refreshToken);
    await rejected(second);
  });
});

describe('R2: a token that comes back ends its session', () => {
  it('after the grace, with the newest token and the access token, and its owner is told once', async () => {
    const { email, refreshToken, session } = await signedIn();
    const refreshed = expectType(await send(refreshToken), 'RefreshSuccess');
    gateway.clock.advance(11);
    await atOnce(5, () => rejected(refreshToken));
    await rejected(refreshed.tokens.refreshToken ?? '');
    const me = await gateway.ask(MeDocument, {}, { token: refreshed.tokens.accessToken });
    expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await reasonOf(session.id)).toBe('REUSE_DETECTED');
    const mail = await gateway.mailTo(email, { mail: 'session-reuse' });
    expect(mail.text).toContain('Desk at home');
    expect(mail.text).not.toContain(refreshToken);
    expect(await notices(email)).toHaveLength(1);
  });

  it('an older generation at once, then every one is refused alike', async () => {
    const { email, refreshToken, session } = await signedIn();
    const tokens = [refreshToken];
    for (let round = 0; round < 3; round += 1) tokens.push(await next(tokens.at(-1) ?? ''));
    const answers = [];
    for (const token of [tokens[0], ...tokens.reverse()]) answers.push(await rejected(token ?? ''));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await reasonOf(session.id)).toBe('REUSE_DETECTED');
    expect(await notices(email)).toHaveLength(1);
  });

  it('and no other session of the user', async () => {
    const { email, refreshToken } = await signedIn();
    const other = await loggedIn(gateway, email);
    await next(await next(refreshToken));
    await rejected(refreshToken);
    await next(other.refreshToken);
  });
});

describe('D10: without grace', () => {
  it('the token before ends the session at once', async () => {
    const strict = await testGateway({ env: { REFRESH_REUSE_GRACE_SECONDS: '0' } });
    const { refreshToken, session } = await signedIn(strict);
    const second = await next(refreshToken, strict);
    await rejected(refreshToken, strict);
    await rejected(second, strict);
    expect(await reasonOf(session.id, strict)).toBe('REUSE_DETECTED');
  });

  it('of two at once one wins at most, and the session ends', async () => {
    const strict = await testGateway({ env: { REFRESH_REUSE_GRACE_SECONDS: '0' } });
    for (let round = 0; round < 10; round += 1) {
      const { refreshToken, session } = await signedIn(strict);
      const names = (await atOnce(4, () => send(refreshToken, strict))).map((outcome) => outcome.__typename);
      expect(names.filter((name) => name === 'RefreshSuccess')).toHaveLength(1);
      expect(await reasonOf(session.id, strict)).toBe('REUSE_DETECTED');
    }
  });
});
