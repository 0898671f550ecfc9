import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthConfigDocument, ChangePasswordDocument, MeDocument, RefreshDocument } from '../../generated/operations.js';
import { accountOf, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import { change, login, NEW_PASSWORD, reset, resetMailOf } from '../../support/passwords.js';
import { claimsOf } from '../../support/totp.js';

const WRONG = 'Wrong-Horse-7-Staple';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const codeOfMe = async (token: string) =>
  (await gateway.ask(MeDocument, {}, { token })).errors[0]?.extensions.code ?? null;
const refresh = async (refreshToken: string) =>
  (await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;
const eventsOf = async (userId: string) =>
  await rows(
    gateway,
    "SELECT success, actor_id, metadata->>'reason' AS reason FROM audit_events WHERE user_id = ? AND type = 'PASSWORD_CHANGE' ORDER BY created_at",
    [userId],
  );

describe('P6, S3: a change', () => {
  it('needs the present password, ends the other sessions, and renews this one', async () => {
    const { email, id } = await quickUser(gateway);
    const others = [await loggedIn(gateway, email), await loggedIn(gateway, email)];
    const mine = await loggedIn(gateway, email, { deviceName: 'Desk', rememberMe: true });
    gateway.clock.advance(120);
    const changed = expectType(await change(gateway, mine.accessToken), 'PasswordChanged');
    expect(changed.endedSessions).toBe(2);
    for (const { accessToken, refreshToken } of [...others, mine]) {
      expect(await codeOfMe(accessToken)).toBe('UNAUTHENTICATED');
      expectType(await refresh(refreshToken), 'RefreshRejectedProblem');
    }
    const { accessToken, refreshToken } = changed.tokens;
    expect(await codeOfMe(accessToken)).toBeNull();
    const { session } = expectType(await refresh(refreshToken ?? ''), 'RefreshSuccess');
    expect(session).toMatchObject({ deviceName: 'Desk', rememberMe: true });
    expect(session.id).not.toBe(mine.session.id);
    const [before, after] = [claimsOf(mine.accessToken), claimsOf(accessToken)];
    expect(Number(after.auth_time) - Number(before.auth_time)).toBeGreaterThanOrEqual(120);
    expectType(await login(gateway, email, PASSWORD), 'InvalidCredentialsProblem');
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    expect(await gateway.mailTo(email, { mail: 'password-changed' })).toMatchObject({ code: null, link: null });
    expect(await eventsOf(id)).toEqual([{ success: true, actor_id: id, reason: null }]);
    expect(faults(gateway)).toEqual([]);
  });

  it('C1: hands the refresh token to the cookie where the cookie held it, and to the body elsewhere', async () => {
    const { email } = await quickUser(gateway);
    const cookieLogin = await gateway.send(
      'mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { tokens { accessToken } } } }',
      { input: { identifier: email, password: PASSWORD } },
    );
    const held = cookieLogin.cookies.find(({ name }) => name.endsWith('refresh'));
    const cookie = `${held?.name}=${held?.value}`;
    const token = (cookieLogin.data as { login: { tokens: { accessToken: string } } }).login.tokens.accessToken;
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const answer = await gateway.ask(ChangePasswordDocument, { input }, { token, cookie });
    expect(expectType(answer.data.changePassword, 'PasswordChanged').tokens.refreshToken).toBeNull();
    const renewed = answer.cookies.find(({ name }) => name === held?.name);
    expectType(await refresh(renewed?.value ?? ''), 'RefreshSuccess');
    // Another session's cookie is none of this one's business.
    const { tokens } = expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    const second = await gateway.ask(
      ChangePasswordDocument,
      { input: { currentPassword: NEW_PASSWORD, newPassword: 'Other-Otter-9-Lamp' } },
      { token: tokens.accessToken, cookie: `${held?.name}=${renewed?.value}` },
    );
    expect(expectType(second.data.changePassword, 'PasswordChanged').tokens.refreshToken).toMatch(/^\S+$/);
    expect(second.cookies).toEqual([]);
  });

  it('is refused without a session', async () => {
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const { data } = await gateway.ask(ChangePasswordDocument, { input });
    expect(data.changePassword).toMatchObject({ __typename: 'AuthAccessProblem', code: 'UNAUTHENTICATED' });
  });

  it('counts wrong present passwords, locks, and leaves the session alone', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    for (let tries = 0; tries < 5; tries += 1) {
      expectType(await change(gateway, accessToken, { current: WRONG }), 'InvalidCredentialsProblem');
    }
    const locked = expectType(await change(gateway, accessToken), 'AccountLockedProblem');
    expect(locked.retryAfterSeconds).toBeGreaterThan(1_700);
    expect(await codeOfMe(accessToken)).toBeNull();
    // The login of the account is another matter.
    expectType(await login(gateway, email, PASSWORD), 'LoginSuccess');
    expect((await eventsOf(id)).map(({ reason }) => reason)).toEqual([
      ...Array(5).fill('INVALID_CREDENTIALS'),
      'ACCOUNT_LOCKED',
    ]);
    expectType(await reset(gateway, (await resetMailOf(gateway, email)).token), 'PasswordResetSuccess');
    const { tokens } = expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    const again = { current: NEW_PASSWORD, next: 'Other-Otter-9-Lamp' };
    expectType(await change(gateway, tokens.accessToken, again), 'PasswordChanged');
  });

  it('P1: names every rule that the new one fails, history among them, and changes nothing', async () => {
    const { email } = await quickUser(gateway, { displayName: 'Rosalind Thornbury' });
    const { accessToken } = await loggedIn(gateway, email);
    const before = await accountOf(gateway, email);
    const rulesOf = async (next: string) =>
      expectType(await change(gateway, accessToken, { next }), 'PasswordRejectedProblem').rules;
    expect(await rulesOf('')).toEqual([
      'TOO_SHORT',
      'NEEDS_UPPERCASE',
      'NEEDS_LOWERCASE',
      'NEEDS_DIGIT',
      'NEEDS_SYMBOL',
    ]);
    expect(await rulesOf('Welcome@123')).toEqual(['TOO_COMMON']);
    expect(await rulesOf('P@55w0rd!X')).toEqual(['TOO_WEAK']);
    expect(await rulesOf('Rosalind.Thornbury7')).toEqual(['RESEMBLES_ACCOUNT']);
    expect(await rulesOf(PASSWORD)).toEqual(['REUSED']);
    expect(await accountOf(gateway, email)).toEqual(before);
    expect(await codeOfMe(accessToken)).toBeNull();
  });

  it('P3: hostile and long passwords are refused or kept as they are', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    expect(await change(gateway, accessToken, { current: 'x'.repeat(2_000) })).toMatchObject({
      __typename: 'AuthInputProblem',
      fields: [{ path: ['input', 'currentPassword'], rule: 'too_long' }],
    });
    expectType(await change(gateway, accessToken, { next: `Aa1!\uD800${'x'.repeat(9)}` }), 'AuthInputProblem');
    const input = { currentPassword: PASSWORD, newPassword: 'x'.repeat(1_000_000) };
    expect((await gateway.ask(ChangePasswordDocument, { input }, { token: accessToken })).status).toBe(413);
    const next = ` \u0000<b>%s' OR 1=1--\u202E${'語'.repeat(80)}Aa1! `;
    const { tokens } = expectType(await change(gateway, accessToken, { next }), 'PasswordChanged');
    expectType(await login(gateway, email, next.trim()), 'InvalidCredentialsProblem');
    expectType(await login(gateway, email, next), 'LoginSuccess');
    expectType(await change(gateway, tokens.accessToken, { current: next }), 'PasswordChanged');
    expect(faults(gateway)).toEqual([]);
  });

  it('U2: no password is in a row, a mail or a log line', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const canary = 'Canary-Otter-9-Lantern';
    await change(gateway, accessToken, { current: `${canary}-wrong`, next: canary });
    expectType(await change(gateway, accessToken, { next: canary }), 'PasswordChanged');
    await gateway.mailTo(email, { mail: 'password-changed' });
    const tables = [
      'users',
      'password_history',
      'password_checks',
      'audit_events',
      'outbox_messages',
      'login_failures',
    ];
    for (const table of tables) {
      expect(JSON.stringify(await rows(gateway, `SELECT t::text AS row FROM ${table} t`))).not.toContain(canary);
    }
    expect(gateway.logLines.join('')).not.toContain(canary);
    expect(JSON.stringify(await gateway.mails())).not.toContain(canary);
  });
});

describe('PASSWORD_HISTORY', () => {
  it('1 keeps the present password from being chosen, and no other', async () => {
    const short = await testGateway({ env: { PASSWORD_HISTORY: '1' } });
    const { email } = await quickUser(short);
    const { accessToken } = await loggedIn(short, email);
    expect(await change(short, accessToken, { next: PASSWORD })).toMatchObject({ rules: ['REUSED'] });
    const { tokens } = expectType(await change(short, accessToken), 'PasswordChanged');
    const back = { current: NEW_PASSWORD, next: PASSWORD };
    expectType(await change(short, tokens.accessToken, back), 'PasswordChanged');
    expect(await rows(short, 'SELECT count(*)::int AS n FROM password_history')).toEqual([{ n: 0 }]);
  });
});

describe('authConfig', () => {
  it('lists the rules that can fail', async () => {
    const rulesOf = async (env: Record<string, string>) => {
      const { data } = await (await testGateway({ env })).ask(AuthConfigDocument, {});
      return data.authConfig.passwordRules;
    };
    const nist = ['TOO_SHORT', 'TOO_LONG', 'TOO_COMMON', 'TOO_WEAK', 'RESEMBLES_ACCOUNT', 'REUSED'];
    expect(await rulesOf({ PASSWORD_POLICY: 'nist', BREACH_CHECK: 'off' })).toEqual(nist);
    const all = await rulesOf({ BREACH_CHECK: 'on', HIBP_BASE_URL: 'https://ranges.example' });
    expect(all).toEqual(expect.arrayContaining([...nist, 'NEEDS_SYMBOL', 'BREACHED']));
    expect(all).toHaveLength(11);
  });
});
