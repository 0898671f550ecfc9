import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveToken } from '../../../src/services/one-time-codes/derive.js';
import {
  CompleteTwoFactorDocument,
  ConfirmTotpDocument,
  CurrentSessionDocument,
  ExchangeTokenDocument,
  LoginDocument,
  MeDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
} from '../../generated/operations.js';
import { atOnce, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import {
  appCode,
  challengeOf,
  claimsOf,
  complete,
  enrolled,
  toNextStep,
  twoFactorUser,
  wrongAppCode,
} from '../../support/totp.js';

const NEW_PASSWORD = 'Another-Horse-8-Staple';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const refreshed = async (refreshToken: string) => {
  const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
  return expectType(data.refresh, 'RefreshSuccess').tokens;
};
const sessionsOf = async (userId: string) =>
  await rows(gateway, 'SELECT authentication_methods FROM sessions WHERE user_id = ? AND revoked_at IS NULL', [userId]);

/** Resets the password by the token of the mailed link. */
async function reset(email: string): Promise<void> {
  await gateway.ask(RequestPasswordResetDocument, { input: { email } });
  const text = "SELECT id, key_id FROM one_time_codes WHERE purpose = 'RESET_PASSWORD' AND address = ?";
  const [row] = await rows<{ id: string; key_id: string }>(gateway, text, [email]);
  const identity = { id: row?.id ?? '', keyId: row?.key_id ?? '', purpose: 'RESET_PASSWORD' as const };
  const resetToken = deriveToken(gateway.dependencies.secretKeys, identity);
  const { data } = await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
  expectType(data.resetPassword, 'PasswordResetSuccess');
}

describe('T4: the password is only the first step', () => {
  it('and gives a challenge for five minutes: no token, no cookie, no session', async () => {
    const { email, id } = await twoFactorUser(gateway);
    const before = await sessionsOf(id);
    const answer = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    const { challenge, expiresAt, methods } = expectType(answer.data.login, 'TwoFactorRequired');
    const life = new Date(expiresAt).getTime() - gateway.clock.now().getTime();
    expect(Math.round(life / 1_000)).toBeGreaterThan(295);
    expect(life).toBeLessThanOrEqual(300_000);
    expect(methods).toEqual(['TOTP', 'RECOVERY_CODE']);
    expect(answer.cookies).toEqual([]);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await sessionsOf(id)).toEqual(before);
    expect(challenge).toMatch(/^[\w-]{64}$/);
  });

  it('A4: and the challenge is neither an access token nor a refresh token', async () => {
    const { email } = await twoFactorUser(gateway);
    const challenge = await challengeOf(gateway, email);
    const me = await gateway.ask(MeDocument, {}, { token: challenge });
    expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const body = await gateway.ask(RefreshDocument, { input: { refreshToken: challenge } });
    expectType(body.data.refresh, 'RefreshRejectedProblem');
    const cookie = await gateway.ask(RefreshDocument, {}, { cookie: `gatehouse-refresh=${challenge}` });
    expectType(cookie.data.refresh, 'RefreshRejectedProblem');
    const exchange = { input: { token: challenge, tokenDelivery: 'BODY' as const } };
    expectType((await gateway.ask(ExchangeTokenDocument, exchange)).data.exchangeToken, 'TokenProblem');
    const resetToken = { input: { resetToken: challenge, newPassword: NEW_PASSWORD } };
    expectType((await gateway.ask(ResetPasswordDocument, resetToken)).data.resetPassword, 'TokenProblem');
  });

  it('nor is any of those a challenge', async () => {
    const { secret, accessToken, refreshToken } = await twoFactorUser(gateway);
    for (const challenge of [accessToken, refreshToken, '', 'x', 'A'.repeat(64), '\u0000', 'A'.repeat(100_000)]) {
      const problem = expectType(await complete(gateway, challenge, appCode(gateway, secret, 1)), 'CodeProblem');
      expect(problem).toMatchObject({ code: 'CHALLENGE_EXPIRED', attemptsLeft: null });
    }
  });

  it('of a sign-in by a verified address as well', async () => {
    const { email, exchangeToken } = await quickUser(gateway);
    const { accessToken: token } = await loggedIn(gateway, email);
    const secret = await enrolled(gateway, token);
    const confirm = { input: { code: appCode(gateway, secret) } };
    expectType((await gateway.ask(ConfirmTotpDocument, confirm, { token })).data.confirmTotp, 'RecoveryCodes');
    const input = { token: exchangeToken, tokenDelivery: 'BODY' as const };
    const { data } = await gateway.ask(ExchangeTokenDocument, { input });
    const { challenge } = expectType(data.exchangeToken, 'TwoFactorRequired');
    const success = expectType(await complete(gateway, challenge, appCode(gateway, secret, 1)), 'LoginSuccess');
    expect(claimsOf(success.tokens.accessToken).amr).toContain('mfa');
  });
});

describe('T4: the second step', () => {
  it('P7: comes before the reset that a breached password opens, which is all that both open then', async () => {
    const { email, id, secret } = await twoFactorUser(gateway);
    await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE id = ?', [id]);
    const challenge = await challengeOf(gateway, email);
    expectType(await complete(gateway, challenge, wrongAppCode(gateway, secret)), 'CodeProblem');
    const required = expectType(
      await complete(gateway, challenge, appCode(gateway, secret, 1)),
      'PasswordChangeRequired',
    );
    expectType(await complete(gateway, challenge, appCode(gateway, secret, 1)), 'CodeProblem');
    const input = { resetToken: required.resetToken, newPassword: NEW_PASSWORD };
    expectType((await gateway.ask(ResetPasswordDocument, { input })).data.resetPassword, 'PasswordResetSuccess');
    const events =
      "SELECT success, metadata FROM audit_events WHERE user_id = ? AND type = 'TWO_FACTOR' ORDER BY created_at";
    expect((await rows(gateway, events, [id])).at(-1)).toEqual({ success: false, metadata: { reason: 'BREACHED' } });
  });

  it('signs in as the first one was asked to, and the session knows that it has proven both', async () => {
    const { email, id, secret } = await twoFactorUser(gateway);
    const input = { identifier: email, password: PASSWORD, rememberMe: true, deviceName: 'Desk at home' };
    const first = await gateway.ask(LoginDocument, { input });
    const { challenge } = expectType(first.data.login, 'TwoFactorRequired');
    const second = await gateway.ask(CompleteTwoFactorDocument, {
      input: { challenge, code: appCode(gateway, secret, 1) },
    });
    const { tokens, session, user } = expectType(second.data.completeTwoFactor, 'LoginSuccess');
    expect(tokens.refreshToken).toBeNull();
    expect(second.cookies.find(({ name }) => name === 'gatehouse-refresh')).toMatchObject({ httpOnly: true });
    expect(session).toMatchObject({
      rememberMe: true,
      deviceName: 'Desk at home',
      twoFactorVerified: true,
      isCurrent: true,
    });
    expect(user).toMatchObject({ id, twoFactorEnabled: true });
    expect(claimsOf(tokens.accessToken).amr).toEqual(['pwd', 'otp', 'mfa']);
    const events = "SELECT type, success FROM audit_events WHERE user_id = ? AND type = 'TWO_FACTOR'";
    expect(await rows(gateway, events, [id])).toEqual([{ type: 'TWO_FACTOR', success: true }]);
  });

  it('works once for a challenge', async () => {
    const { email, recoveryCodes } = await twoFactorUser(gateway);
    const challenge = await challengeOf(gateway, email);
    expectType(await complete(gateway, challenge, recoveryCodes[0] ?? ''), 'LoginSuccess');
    expect(expectType(await complete(gateway, challenge, recoveryCodes[1] ?? ''), 'CodeProblem').code).toBe(
      'CHALLENGE_EXPIRED',
    );
  });

  it('once of five at once with codes that are all right, on two replicas', async () => {
    const replica = await testGateway({ replicaOf: gateway });
    const { email, id, recoveryCodes } = await twoFactorUser(gateway);
    const challenge = await challengeOf(gateway, email);
    const before = (await sessionsOf(id)).length;
    const answers = await atOnce(5, (index) =>
      complete(index % 2 === 0 ? gateway : replica, challenge, recoveryCodes[index] ?? ''),
    );
    expect(answers.filter(({ __typename }) => __typename === 'LoginSuccess')).toHaveLength(1);
    expect(await sessionsOf(id)).toHaveLength(before + 1);
    expect([...faults(gateway), ...faults(replica)]).toEqual([]);
  });

  it('takes five tries, and then not even the right code', async () => {
    const { email, secret, id } = await twoFactorUser(gateway);
    const challenge = await challengeOf(gateway, email);
    const left: unknown[] = [];
    for (let round = 0; round < 5; round += 1) {
      const problem = expectType(await complete(gateway, challenge, wrongAppCode(gateway, secret)), 'CodeProblem');
      expect(problem.code).toBe('TWO_FACTOR_CODE_INVALID');
      left.push(problem.attemptsLeft);
    }
    expect(left).toEqual([4, 3, 2, 1, 0]);
    const late = expectType(await complete(gateway, challenge, appCode(gateway, secret, 1)), 'CodeProblem');
    expect(late.code).toBe('CHALLENGE_EXPIRED');
    const refused = "SELECT 1 FROM audit_events WHERE user_id = ? AND type = 'TWO_FACTOR' AND NOT success";
    expect((await rows(gateway, refused, [id])).length).toBeGreaterThanOrEqual(5);
  }, 20_000);

  it('comes within five minutes', async () => {
    const { email, secret } = await twoFactorUser(gateway);
    const [early, late] = [await challengeOf(gateway, email), await challengeOf(gateway, email)];
    gateway.clock.advance(295);
    expectType(await complete(gateway, early, appCode(gateway, secret)), 'LoginSuccess');
    gateway.clock.advance(6);
    expect(expectType(await complete(gateway, late, appCode(gateway, secret, 1)), 'CodeProblem').code).toBe(
      'CHALLENGE_EXPIRED',
    );
  });

  it('comes from the client of the first one, and a stranger’s try is not held against it', async () => {
    const { email, secret } = await twoFactorUser(gateway);
    const own = { headers: { 'user-agent': 'Browser of the owner' } };
    const stranger = { headers: { 'user-agent': 'Something else' } };
    const challenge = await challengeOf(gateway, email, own);
    const code = appCode(gateway, secret, 1);
    for (let round = 0; round < 6; round += 1) {
      const problem = expectType(await complete(gateway, challenge, code, stranger), 'CodeProblem');
      expect(problem.code).toBe('CHALLENGE_EXPIRED');
    }
    expectType(await complete(gateway, challenge, code, own), 'LoginSuccess');
  });

  it('asks for the second factor of the account that passed the first', async () => {
    const [one, other] = [await twoFactorUser(gateway), await twoFactorUser(gateway)];
    const challenge = await challengeOf(gateway, one.email);
    expectType(await complete(gateway, challenge, appCode(gateway, other.secret, 1)), 'CodeProblem');
    expectType(await complete(gateway, challenge, appCode(gateway, one.secret, 1)), 'LoginSuccess');
  });

  it('L5: opens nothing for an account that was disabled in between', async () => {
    const { email, id, secret } = await twoFactorUser(gateway);
    const challenge = await challengeOf(gateway, email);
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE id = ?', [id]);
    expectType(await complete(gateway, challenge, appCode(gateway, secret, 1)), 'CodeProblem');
  });
});

describe('T5: a password reset does not switch it off', () => {
  it('so that the next login asks for it, and challenges from before open nothing', async () => {
    const { email, secret, recoveryCodes, refreshToken } = await twoFactorUser(gateway);
    const old = await challengeOf(gateway, email);
    await reset(email);
    expectType(
      (await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh,
      'RefreshRejectedProblem',
    );
    expectType(await complete(gateway, old, recoveryCodes[0] ?? ''), 'CodeProblem');
    const input = { identifier: email, password: NEW_PASSWORD, tokenDelivery: 'BODY' as const };
    const { challenge } = expectType((await gateway.ask(LoginDocument, { input })).data.login, 'TwoFactorRequired');
    const success = expectType(await complete(gateway, challenge, appCode(gateway, secret, 1)), 'LoginSuccess');
    expect(success.user.twoFactorEnabled).toBe(true);
  });
});

describe('S1, S4: whoever is signed in proves both again', () => {
  const again = async (token: string, code?: string) =>
    (await gateway.ask(ReauthenticateDocument, { input: { password: PASSWORD, code } }, { token })).data.reauthenticate;

  it('and gets a session of a new id that has proven both', async () => {
    const { accessToken, secret, sessionId } = await twoFactorUser(gateway);
    gateway.clock.advance(601);
    expectType(await again(accessToken), 'CodeProblem');
    expectType(await again(accessToken, wrongAppCode(gateway, secret)), 'CodeProblem');
    const { tokens } = expectType(await again(accessToken, appCode(gateway, secret)), 'Reauthenticated');
    const claims = claimsOf(tokens.accessToken);
    expect(claims.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect(claims.sid).not.toBe(sessionId);
    const { data } = await gateway.ask(CurrentSessionDocument, {}, { token: tokens.accessToken });
    expect(data.currentSession).toMatchObject({ id: claims.sid, twoFactorVerified: true });
  });
});

describe('AD3: roles that ask for a second factor', () => {
  const env = {
    SIGNUP_ROLES: 'user,auditor',
    TWO_FACTOR_REQUIRED_ROLES: 'auditor',
    PUBLIC_URL: 'http://gatehouse.test',
  };

  it('are held by sessions that proved it, and by no others', async () => {
    const strict = await testGateway({ env });
    const { email } = await quickUser(strict, { role: 'auditor' });
    const { accessToken: token, refreshToken, user } = await loggedIn(strict, email);
    expect(user.role).toBe('auditor');
    expect(claimsOf(token).role).toBe('user');
    const secret = await enrolled(strict, token);
    const confirm = { input: { code: appCode(strict, secret) } };
    expectType((await strict.ask(ConfirmTotpDocument, confirm, { token })).data.confirmTotp, 'RecoveryCodes');
    const { data } = await strict.ask(RefreshDocument, { input: { refreshToken } });
    expect(claimsOf(expectType(data.refresh, 'RefreshSuccess').tokens.accessToken).role).toBe('auditor');
    const signedIn = expectType(
      await complete(strict, await challengeOf(strict, email), appCode(strict, secret, 1)),
      'LoginSuccess',
    );
    expect(claimsOf(signedIn.tokens.accessToken).role).toBe('auditor');
  });

  it('are told by authConfig', async () => {
    const strict = await testGateway({ env });
    const { data } = await strict.send('{ authConfig { twoFactorRequiredRoles } }');
    expect(data?.authConfig).toEqual({ twoFactorRequiredRoles: ['auditor'] });
  });
});

describe('switching it on while somebody else signs in', () => {
  it('leaves no session that has proven the password alone', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { email, id } = await quickUser(gateway);
      const { accessToken: token, refreshToken } = await loggedIn(gateway, email);
      const secret = await enrolled(gateway, token);
      const code = appCode(gateway, secret);
      const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' as const };
      const logins = atOnce(6, () => gateway.ask(LoginDocument, { input }));
      const confirmed = await gateway.ask(ConfirmTotpDocument, { input: { code } }, { token });
      expectType(confirmed.data.confirmTotp, 'RecoveryCodes');
      await logins;
      toNextStep(gateway);
      expect(await sessionsOf(id)).toEqual([{ authentication_methods: ['pwd', 'otp', 'mfa'] }]);
      expect(claimsOf((await refreshed(refreshToken)).accessToken).amr).toContain('mfa');
    }
    expect(faults(gateway)).toEqual([]);
  });
});
