import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import {
  ExchangeTokenDocument,
  LoginDocument,
  type LoginInput,
  MeDocument,
  RefreshDocument,
} from '../../generated/operations.js';
import { atOnce, commandContext, faults, mailedTo, masked, quickUser, rows, signedUp } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const login = (identifier: string, input: Partial<LoginInput> = {}, ask?: Ask) =>
  gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD, ...input } }, ask);
const disable = (email: string, disabled = true) =>
  changeUser(commandContext(gateway), OPERATOR, { email }, { disabled });
const daysUntil = (time: string) => (new Date(time).getTime() - gateway.clock.now().getTime()) / 86_400_000;

describe('who may sign in', () => {
  it('by e-mail address and by username, in any case and with blanks around it', async () => {
    const username = `Robin.${Date.now().toString(36)}`;
    const { email, id } = await quickUser(gateway, { username });
    for (const identifier of [email, ` ${email.toUpperCase()}  `, username, username.toUpperCase(), ` ${username} `]) {
      expect(expectType((await login(identifier)).data.login, 'LoginSuccess').user.id).toBe(id);
    }
  });

  it('the first login says so, and no other', async () => {
    const { email, exchangeToken } = await quickUser(gateway);
    const exchanged = await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
    expect(expectType(exchanged.data.exchangeToken, 'LoginSuccess').firstLogin).toBe(true);
    expect(expectType((await login(email)).data.login, 'LoginSuccess').firstLogin).toBe(false);
    const { email: other } = await quickUser(gateway);
    expect(expectType((await login(other)).data.login, 'LoginSuccess').firstLogin).toBe(true);
    expect(expectType((await login(other)).data.login, 'LoginSuccess').firstLogin).toBe(false);
  });

  it('an account whose row an operator wrote, with times finer than ours', async () => {
    const { email, id } = await quickUser(gateway);
    const finer = "date_trunc('second', now()) + interval '123456 microseconds'";
    await rows(gateway, `UPDATE users SET password_changed_at = ${finer}, created_at = ${finer} WHERE id = ?`, [id]);
    expectType((await login(email)).data.login, 'LoginSuccess');
  });

  it('rememberMe chooses the life of the session', async () => {
    const { email } = await quickUser(gateway);
    const short = expectType((await login(email)).data.login, 'LoginSuccess');
    const long = expectType((await login(email, { rememberMe: true })).data.login, 'LoginSuccess');
    expect(daysUntil(short.tokens.refreshTokenExpiresAt)).toBeCloseTo(7, 2);
    expect(daysUntil(long.tokens.refreshTokenExpiresAt)).toBeCloseTo(14, 2);
    expect([short.session.rememberMe, long.session.rememberMe]).toEqual([false, true]);
    expect(short.session.expiresAt).toBe(short.tokens.refreshTokenExpiresAt);
  });
});

describe('E1: failed logins', () => {
  it('unknown, wrong, and wrong for an unverified or a disabled account are one answer', async () => {
    const username = `kim${Date.now().toString(36)}`;
    const { email: verified } = await quickUser(gateway, { username });
    const { email: unverified } = await signedUp(gateway);
    const { email: disabled } = await quickUser(gateway);
    await disable(disabled);
    const answers = [];
    for (const identifier of [newEmail(), verified, username, unverified, disabled, 'nobody', "' OR 1=1--", '@']) {
      const { status, body, headers, cookies } = await login(identifier, { password: 'Wrong-Horse-7-Staple' });
      answers.push({ status, body: masked(body), headers: Object.keys(headers).sort(), cookies });
    }
    expect(answers[0]?.body).toContain('INVALID_CREDENTIALS');
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('an unverified account is told of after a right password, with the time of the next mail', async () => {
    const { email } = await signedUp(gateway);
    const soon = expectType((await login(email)).data.login, 'EmailNotVerifiedProblem');
    const wait = new Date(soon.resendAvailableAt).getTime() - gateway.clock.now().getTime();
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
    gateway.clock.advance(120);
    const now = expectType((await login(email)).data.login, 'EmailNotVerifiedProblem');
    expect(Math.abs(new Date(now.resendAvailableAt).getTime() - gateway.clock.now().getTime())).toBeLessThan(5_000);
  });

  it('a disabled account is told of after a right password, and opens again when it is enabled', async () => {
    const { email } = await quickUser(gateway);
    await disable(email);
    expectType((await login(email)).data.login, 'AccountDisabledProblem');
    await disable(email, false);
    expectType((await login(email)).data.login, 'LoginSuccess');
  });

  it('none leaves a session behind', async () => {
    const { email, id } = await quickUser(gateway);
    await login(email, { password: 'Wrong-Horse-7-Staple' });
    await disable(email);
    await login(email);
    expect(await rows(gateway, 'SELECT id FROM sessions WHERE user_id = ?', [id])).toEqual([]);
  });

  it('hostile identifiers, passwords and device names are answered and never a fault', async () => {
    const { email } = await quickUser(gateway);
    for (const text of [
      '',
      '\u0000',
      'a\u0000b',
      '\uD800',
      'x'.repeat(300),
      'x'.repeat(2_000),
      '\u202Ex',
      '😀'.repeat(60),
    ]) {
      const answers = [
        await login(text, {}),
        await login(email, { password: text }),
        await login(email, { deviceName: text }),
      ];
      for (const { status, data } of answers) {
        expect(status).toBe(200);
        expect(['AuthInputProblem', 'InvalidCredentialsProblem', 'AccountLockedProblem', 'LoginSuccess']).toContain(
          data.login.__typename,
        );
      }
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('L5: disabling an account', () => {
  it('ends its sessions at once', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken, refreshToken } = await loggedIn(gateway, email);
    await disable(email);
    const me = await gateway.ask(MeDocument, {}, { token: accessToken });
    expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    expectType(data.refresh, 'RefreshRejectedProblem');
  });

  it('leaves no session to logins that cross it', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { email, id } = await quickUser(gateway);
      await Promise.all([atOnce(6, () => login(email)), disable(email)]);
      const alive = await rows(gateway, 'SELECT id FROM sessions WHERE user_id = ? AND revoked_at IS NULL', [id]);
      expect(alive).toEqual([]);
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('stays when its address is verified afterwards', async () => {
    const { email } = await signedUp(gateway);
    await disable(email);
    const { token } = await mailedTo(gateway, email);
    await gateway.send('mutation ($token: String!) { verifyEmailWithToken(input: {token: $token}) { __typename } }', {
      token,
    });
    expectType((await login(email)).data.login, 'AccountDisabledProblem');
  });
});
