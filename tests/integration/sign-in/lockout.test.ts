import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { unlockUser } from '../../../src/services/admin/unlock-user.js';
import { delayAfter } from '../../../src/services/attempts/counted-try.js';
import {
  LoginDocument,
  type LoginInput,
  MeDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
} from '../../generated/operations.js';
import { atOnce, commandContext, masked, quickUser, rows } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { tokenOf } from '../../support/email-change.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { NEW_PASSWORD } from '../../support/passwords.js';

const WRONG = 'Wrong-Horse-7-Staple';
const STRANGER: Ask = { from: '203.0.113.77', headers: { 'user-agent': 'curl/8.5.0' } };

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const login = (identifier: string, input: Partial<LoginInput> = {}, ask: Ask = STRANGER, at = gateway) =>
  at.ask(LoginDocument, { input: { identifier, password: PASSWORD, ...input } }, ask);

/** Five wrong tries at once, which are not held back as those that follow one another are. */
async function lock(identifier: string, ask: Ask = STRANGER): Promise<string[]> {
  const answers = await atOnce(5, () => login(identifier, { password: WRONG }, ask));
  return answers.map(({ data }) => data.login.__typename);
}

const attemptsOf = (type: string, userId: string) =>
  rows(gateway, 'SELECT type, metadata FROM audit_events WHERE type = ? AND user_id = ?', [type, userId]);

describe('L1: five wrong passwords', () => {
  it('lock the name for half an hour, and then it opens again by itself', async () => {
    const { email } = await quickUser(gateway);
    for (let index = 0; index < 5; index += 1) {
      expectType((await login(email, { password: WRONG })).data.login, 'InvalidCredentialsProblem');
    }
    const locked = expectType((await login(email)).data.login, 'AccountLockedProblem');
    expect(locked.retryAfterSeconds).toBeGreaterThan(1_790);
    expect(locked.retryAfterSeconds).toBeLessThanOrEqual(1_800);
    const until = new Date(locked.lockedUntil).getTime() - gateway.clock.now().getTime();
    expect(Math.round(until / 1_000)).toBeGreaterThan(1_790);
    gateway.clock.advance(1_801);
    expectType((await login(email)).data.login, 'LoginSuccess');
    expect(await lock(email)).toHaveLength(5);
  });

  it('of fifty at once no more than five are compared, in one process and in two', async () => {
    const second = await testGateway({ replicaOf: gateway });
    const { email, id } = await quickUser(gateway);
    const answers = await atOnce(50, (index) =>
      login(email, { password: WRONG }, STRANGER, index % 2 === 0 ? gateway : second),
    );
    const names = answers.map(({ data }) => data.login.__typename);
    expect(names.filter((name) => name === 'InvalidCredentialsProblem')).toHaveLength(5);
    expect(names.filter((name) => name === 'AccountLockedProblem')).toHaveLength(45);
    expect(await attemptsOf('ACCOUNT_LOCK', id)).toHaveLength(1);
    expectType((await login(email)).data.login, 'AccountLockedProblem');
  });

  it('do not reach the right one among fifty at once once five were wrong', async () => {
    const { email } = await quickUser(gateway);
    await lock(email);
    const answers = await atOnce(50, () => login(email));
    expect(new Set(answers.map(({ data }) => data.login.__typename))).toEqual(new Set(['AccountLockedProblem']));
  });

  it('count from the last success', async () => {
    const { email } = await quickUser(gateway);
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 3; index += 1) await login(email, { password: WRONG });
      expectType((await login(email)).data.login, 'LoginSuccess');
    }
  });

  it('are forgotten when half an hour goes by without one', async () => {
    const { email } = await quickUser(gateway);
    for (let index = 0; index < 4; index += 1) await login(email, { password: WRONG });
    gateway.clock.advance(1_801);
    expectType((await login(email, { password: WRONG })).data.login, 'InvalidCredentialsProblem');
    expectType((await login(email)).data.login, 'LoginSuccess');
  });

  it('after a hundred in a row no wait opens the name again', async () => {
    const { email } = await quickUser(gateway);
    await login(email, { password: WRONG });
    await rows(gateway, 'UPDATE login_failures SET total = 100');
    gateway.clock.advance(3 * 86_400);
    expectType((await login(email)).data.login, 'AccountLockedProblem');
    await rows(gateway, 'DELETE FROM login_failures');
    expectType((await login(email)).data.login, 'LoginSuccess');
  });

  it('right ones at once all get in', async () => {
    const { email } = await quickUser(gateway);
    const answers = await atOnce(20, () => login(email));
    expect(answers.map(({ data }) => data.login.__typename)).toEqual(Array(20).fill('LoginSuccess'));
  });

  it('each wait is longer than the one before', async () => {
    const { email } = await quickUser(gateway);
    const times: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const start = performance.now();
      await login(email, { password: WRONG });
      times.push(performance.now() - start);
    }
    // What else the machine does makes a wait longer, and never shorter.
    const waits = times.map((_, failures) => delayAfter(failures, 5));
    expect(waits).toEqual([0, 125, 250, 500, 1_000]);
    for (const [index, wait] of waits.entries()) expect(times[index]).toBeGreaterThan(wait - 2);
  });
});

describe('E1: a lock tells nothing', () => {
  it('a name without an account locks in the same way and with the same answers', async () => {
    const { email } = await quickUser(gateway);
    const answers: { body: string; status: number }[][] = [];
    for (const identifier of [email, newEmail(), 'nobody-at-all']) {
      const seen = [];
      for (let index = 0; index < 7; index += 1) {
        const { body, status } = await login(identifier, { password: WRONG });
        seen.push({ body: masked(body).replace(/"retryAfterSeconds":\d+/, '"retryAfterSeconds":0'), status });
      }
      answers.push(seen);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('and writes the same rows, none of which names it', async () => {
    const name = newEmail();
    await lock(name);
    const [row] = await rows<{ text: string }>(
      gateway,
      "SELECT string_agg(f::text, ' ') || string_agg(a::text, ' ') AS text FROM login_failures f, audit_events a",
    );
    expect(row?.text).not.toContain(name);
  });
});

describe('L2: a stranger does not lock out the owner', () => {
  it('whose session goes on', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken, refreshToken } = await loggedIn(gateway, email);
    await lock(email);
    expectType((await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh, 'RefreshSuccess');
    expect((await gateway.ask(MeDocument, {}, { token: accessToken })).data.me?.email).toBe(email);
  });

  it('who signs in from a browser that did before, by its cookie', async () => {
    const { email } = await quickUser(gateway);
    const browser: Ask = { from: '198.51.100.20', headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' } };
    const { cookies } = await login(email, {}, browser);
    const device = cookies.find(({ name }) => name === 'gatehouse-device');
    expect(device).toMatchObject({ httpOnly: true, path: '/', sameSite: 'Strict' });
    await lock(email);
    expectType((await login(email, {}, STRANGER)).data.login, 'AccountLockedProblem');
    const elsewhere = { from: '192.0.2.99', cookie: `gatehouse-device=${device?.value}` };
    expectType((await login(email, {}, elsewhere)).data.login, 'LoginSuccess');
  });

  it('who signs in with an app that keeps a device token in place of the cookie', async () => {
    const { email } = await quickUser(gateway);
    const first = await login(email, { tokenDelivery: 'BODY', deviceToken: '' });
    const { deviceToken } = expectType(first.data.login, 'LoginSuccess');
    expect(deviceToken).toHaveLength(64);
    expect(first.cookies).toEqual([]);
    await lock(email);
    expectType((await login(email, { tokenDelivery: 'BODY' })).data.login, 'AccountLockedProblem');
    const again = await login(email, { tokenDelivery: 'BODY', deviceToken });
    expect(expectType(again.data.login, 'LoginSuccess').deviceToken).toBe(deviceToken);
  });

  it('and the app has no more tries than others, while others have theirs', async () => {
    const { email } = await quickUser(gateway);
    const { data } = await login(email, { tokenDelivery: 'BODY', deviceToken: '' });
    const { deviceToken } = expectType(data.login, 'LoginSuccess');
    const app = { tokenDelivery: 'BODY' as const, deviceToken };
    const answers = await atOnce(7, () => login(email, { ...app, password: WRONG }));
    const names = answers.map((answer) => answer.data.login.__typename);
    expect(names.filter((name) => name === 'InvalidCredentialsProblem')).toHaveLength(5);
    expectType((await login(email, app)).data.login, 'AccountLockedProblem');
    expectType((await login(email)).data.login, 'LoginSuccess');
  });

  it('E4: looking like a device of the owner is worth nothing', async () => {
    const { email } = await quickUser(gateway);
    await login(email, {}, STRANGER);
    await lock(email);
    expectType((await login(email, {}, STRANGER)).data.login, 'AccountLockedProblem');
    expectType((await login(email, {}, { from: '192.0.2.1' })).data.login, 'AccountLockedProblem');
  });

  it("another account's device cookie, or a made-up one, opens nothing", async () => {
    const { email } = await quickUser(gateway);
    const { email: other } = await quickUser(gateway);
    const { cookies } = await login(other, {}, STRANGER);
    await lock(email);
    for (const value of [cookies.find(({ name }) => name === 'gatehouse-device')?.value, 'A'.repeat(64), '%00']) {
      const ask = { ...STRANGER, cookie: `gatehouse-device=${value}` };
      expectType((await login(email, {}, ask)).data.login, 'AccountLockedProblem');
    }
  });

  it('X1: nor use up the tries that the account has in an hour', async () => {
    const limited = await testGateway({ env: { RATE_LIMITS: 'login=1000/1h,login:account=3/1h' } });
    const { email } = await quickUser(limited);
    const { cookies } = await login(email, {}, { from: '198.51.100.23' }, limited);
    for (let index = 0; index < 4; index += 1) await login(email, { password: WRONG }, STRANGER, limited);
    expectType((await login(email, {}, STRANGER, limited)).data.login, 'AuthRateLimitProblem');
    const cookie = `gatehouse-device=${cookies.find(({ name }) => name === 'gatehouse-device')?.value}`;
    expectType((await login(email, {}, { cookie }, limited)).data.login, 'LoginSuccess');
  });
});

describe('X1: a device token of another account', () => {
  it('opens no tries of its own for a name, known or not', async () => {
    const limited = await testGateway({ env: { RATE_LIMITS: 'login=1000/1h,login:account=3/1h' } });
    const { email } = await quickUser(limited);
    const { email: own } = await quickUser(limited);
    const tokens: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { cookies } = await login(own, {}, { from: `198.51.100.${index}` }, limited);
      tokens.push(cookies.find(({ name }) => name === 'gatehouse-device')?.value ?? '');
    }
    expect(new Set(tokens).size).toBe(3);
    for (const name of [email, newEmail()]) {
      const answers = [];
      for (const token of [...tokens, ...tokens]) {
        const ask = { ...STRANGER, cookie: `gatehouse-device=${token}` };
        answers.push((await login(name, { password: WRONG }, ask, limited)).data.login.__typename);
        const input = { password: WRONG, deviceToken: token };
        answers.push((await login(name, input, STRANGER, limited)).data.login.__typename);
      }
      expect(answers.filter((type) => type !== 'AuthRateLimitProblem')).toHaveLength(3);
    }
    const cookie = `gatehouse-device=${tokens[0]}`;
    expectType((await login(own, {}, { cookie }, limited)).data.login, 'LoginSuccess');
  });
});

describe('L2: a lock ends', () => {
  it('by an operator, who leaves a trace', async () => {
    const { email, id } = await quickUser(gateway);
    await lock(email);
    expect(await unlockUser(commandContext(gateway), OPERATOR, { email })).toMatchObject({
      kind: 'user-acted',
      wasLocked: true,
    });
    expectType((await login(email)).data.login, 'LoginSuccess');
    expect(await attemptsOf('ACCOUNT_UNLOCK', id)).toEqual([
      { type: 'ACCOUNT_UNLOCK', metadata: { by: 'operator', wasLocked: true } },
    ]);
    expect(await unlockUser(commandContext(gateway), OPERATOR, { email: newEmail() })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('L2: a reset lets the owner in at once', () => {
  it.each([
    ['in PostgreSQL', false],
    ['in Redis', true],
  ])('though strangers used up the tries of the hour, counted %s', async (_where, inRedis) => {
    const redis: Record<string, string> = inRedis ? { REDIS_URL: inject('redisUrl') ?? '' } : {};
    const env = { RATE_LIMITS: 'login=1000/1h,login:account=8/1h,login:account=9/2h', ...redis };
    const limited = await testGateway({ env });
    const second = await testGateway({ env, replicaOf: limited });
    const { email } = await quickUser(limited);
    for (const at of [limited, second]) await atOnce(8, () => login(email, { password: WRONG }, STRANGER, at));
    expectType((await login(email, {}, STRANGER, limited)).data.login, 'AuthRateLimitProblem');
    await limited.ask(RequestPasswordResetDocument, { input: { email } });
    const resetToken = await tokenOf(limited, 'RESET_PASSWORD', email);
    const done = await limited.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    expectType(done.data.resetPassword, 'PasswordResetSuccess');
    for (const at of [limited, second]) {
      expectType((await login(email, { password: NEW_PASSWORD }, STRANGER, at)).data.login, 'LoginSuccess');
    }
  });
});

describe('L4: the owner is told', () => {
  it('once, however often the name is locked', async () => {
    const { email, id } = await quickUser(gateway);
    for (let round = 0; round < 3; round += 1) {
      await lock(email);
      gateway.clock.advance(1_801);
    }
    const mail = await gateway.mailTo(email, { mail: 'account-locked' });
    expect(mail.text).not.toContain(WRONG);
    const written = await rows(
      gateway,
      "SELECT id FROM outbox_messages WHERE recipient = ? AND mail = 'account-locked'",
      [email],
    );
    expect(written).toHaveLength(1);
    expect(await attemptsOf('ACCOUNT_LOCK', id)).toHaveLength(3);
  });
});
