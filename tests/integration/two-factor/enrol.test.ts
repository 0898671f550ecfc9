import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConfirmTotpDocument,
  CurrentSessionDocument,
  EnrolTotpDocument,
  LoginDocument,
  MeDocument,
  RefreshDocument,
} from '../../generated/operations.js';
import { atOnce, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import { reset, resetMailOf } from '../../support/passwords.js';
import { appCode, claimsOf, enrolled, toNextStep, twoFactorUser, wrongAppCode } from '../../support/totp.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

async function signedIn(on = gateway) {
  const { email, id } = await quickUser(on);
  const { accessToken, refreshToken, session } = await loggedIn(on, email);
  return { email, id, token: accessToken, refreshToken, sessionId: session.id };
}

const enrol = async (token: string) => (await gateway.ask(EnrolTotpDocument, {}, { token })).data.enrolTotp;
const confirm = async (token: string, code: string, on = gateway) =>
  (await on.ask(ConfirmTotpDocument, { input: { code } }, { token })).data.confirmTotp;
const me = async (token: string) => (await gateway.ask(MeDocument, {}, { token })).data.me;
const eventsOf = async (userId: string) =>
  await rows(
    gateway,
    "SELECT type, success, metadata FROM audit_events WHERE user_id = ? AND type LIKE 'TOTP%' ORDER BY created_at, type",
    [userId],
  );

describe('T3: an authenticator app is begun', () => {
  it('by somebody signed in, and tells its secret in two ways for ten minutes', async () => {
    const { token, email, id } = await signedIn();
    const enrolment = expectType(await enrol(token), 'TotpEnrolment');
    const uri = new URL(enrolment.otpauthUri);
    expect(decodeURIComponent(uri.pathname)).toBe(`/Gatehouse:${email}`);
    expect(uri.searchParams.get('secret')).toBe(enrolment.secret);
    expect(enrolment.secret).toMatch(/^[A-Z2-7]{32}$/);
    const life = new Date(enrolment.expiresAt).getTime() - gateway.clock.now().getTime();
    expect(Math.round(life / 1_000 / 60)).toBe(10);
    expect(await eventsOf(id)).toEqual([{ type: 'TOTP_ENROLMENT', success: true, metadata: {} }]);
  });

  it('by nobody else', async () => {
    const { data } = await gateway.ask(EnrolTotpDocument, {});
    expect(expectType(data.enrolTotp, 'AuthAccessProblem').code).toBe('UNAUTHENTICATED');
  });

  it('and asks for nothing until it is confirmed', async () => {
    const { token, email } = await signedIn();
    await enrolled(gateway, token);
    expect((await me(token))?.twoFactorEnabled).toBe(false);
    const input = { identifier: email, password: PASSWORD };
    expectType((await gateway.ask(LoginDocument, { input })).data.login, 'LoginSuccess');
  });

  it('anew in place of the one before, whose codes are worth nothing from then on', async () => {
    const { token } = await signedIn();
    const first = await enrolled(gateway, token);
    const second = await enrolled(gateway, token);
    expect(second).not.toBe(first);
    const problem = expectType(await confirm(token, appCode(gateway, first)), 'CodeProblem');
    expect(problem).toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID', attemptsLeft: null });
    expectType(await confirm(token, appCode(gateway, second)), 'RecoveryCodes');
  });

  it('but not once one is on', async () => {
    const { accessToken: token, secret } = await twoFactorUser(gateway);
    expect(expectType(await enrol(token), 'AuthConflictProblem').code).toBe('CONFLICT');
    expectType(await confirm(token, appCode(gateway, secret, 1)), 'AuthConflictProblem');
  });

  it('S4: and only by somebody who signed in recently', async () => {
    const { token } = await signedIn();
    gateway.clock.advance(601);
    expect(expectType(await enrol(token), 'AuthAccessProblem').code).toBe('REAUTHENTICATION_REQUIRED');
  });

  it('with the issuer that the operator chose', async () => {
    const other = await testGateway({ env: { TWO_FACTOR_ISSUER: 'Bäckerei & Co' } });
    const { token, email } = await signedIn(other);
    const { data } = await other.ask(EnrolTotpDocument, {}, { token });
    const uri = new URL(expectType(data.enrolTotp, 'TotpEnrolment').otpauthUri);
    expect(decodeURIComponent(uri.pathname)).toBe(`/Bäckerei & Co:${email}`);
    expect(uri.searchParams.get('issuer')).toBe('Bäckerei & Co');
  });
});

describe('T3: a first code confirms it', () => {
  it('and switches the second factor on, with ten recovery codes', async () => {
    const { token, id, email } = await signedIn();
    const secret = await enrolled(gateway, token);
    const { codes } = expectType(await confirm(token, appCode(gateway, secret)), 'RecoveryCodes');
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
    expect((await me(token))?.twoFactorEnabled).toBe(true);
    const [event] = (await eventsOf(id)).filter(({ type }) => type === 'TOTP_ENABLE');
    expect(event).toEqual({ type: 'TOTP_ENABLE', success: true, metadata: { endedSessions: 0 } });
    const mails = await rows(gateway, 'SELECT variables FROM outbox_messages WHERE mail = ? AND recipient = ?', [
      'two-factor-enabled',
      email,
    ]);
    expect(mails).toEqual([{ variables: expect.objectContaining({ occurredAt: expect.any(String) }) }]);
  });

  it('typed with a blank in the middle, as apps show it', async () => {
    const { token } = await signedIn();
    const code = appCode(gateway, await enrolled(gateway, token));
    expectType(await confirm(token, ` ${code.slice(0, 3)} ${code.slice(3)}`), 'RecoveryCodes');
  });

  it('S3: and ends the other sessions', async () => {
    const { token, email, id } = await signedIn();
    const other = await loggedIn(gateway, email);
    const secret = await enrolled(gateway, token);
    expectType(await confirm(token, appCode(gateway, secret)), 'RecoveryCodes');
    const rejected = await gateway.ask(RefreshDocument, { input: { refreshToken: other.refreshToken } });
    expectType(rejected.data.refresh, 'RefreshRejectedProblem');
    const answer = await gateway.ask(MeDocument, {}, { token: other.accessToken });
    expect(answer.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await me(token))?.id).toBe(id);
    const ended = 'SELECT revocation_reason FROM sessions WHERE id = ?';
    expect(await rows(gateway, ended, [other.session.id])).toEqual([{ revocation_reason: 'TWO_FACTOR_CHANGED' }]);
  });

  it('and its own session has proven it: now, and in its next tokens', async () => {
    const { token, refreshToken } = await signedIn();
    expect(claimsOf(token).amr).toEqual(['pwd']);
    const secret = await enrolled(gateway, token);
    const session = async () => (await gateway.ask(CurrentSessionDocument, {}, { token })).data.currentSession;
    expect((await session())?.twoFactorVerified).toBe(false);
    expectType(await confirm(token, appCode(gateway, secret)), 'RecoveryCodes');
    expect((await session())?.twoFactorVerified).toBe(true);
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    const { tokens } = expectType(data.refresh, 'RefreshSuccess');
    expect(claimsOf(tokens.accessToken).amr).toEqual(['pwd', 'otp', 'mfa']);
  });

  it('within ten minutes', async () => {
    const [early, late] = [await signedIn(), await signedIn()];
    const [first, second] = [await enrolled(gateway, early.token), await enrolled(gateway, late.token)];
    gateway.clock.advance(590);
    expectType(await confirm(early.token, appCode(gateway, first)), 'RecoveryCodes');
    gateway.clock.advance(11);
    expectType(await confirm(late.token, appCode(gateway, second)), 'AuthConflictProblem');
    expect((await me(late.token))?.twoFactorEnabled).toBe(false);
  });

  it('of an app that was begun', async () => {
    const { token } = await signedIn();
    expectType(await confirm(token, '123456'), 'AuthConflictProblem');
  });

  it('of the own account only', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    const [, secret] = [await enrolled(gateway, one.token), await enrolled(gateway, other.token)];
    expectType(await confirm(one.token, appCode(gateway, secret)), 'CodeProblem');
  });

  it('D9: of the present step or one beside it, and with TOTP_WINDOW=0 of the present one alone', async () => {
    const strict = await testGateway({ replicaOf: gateway, env: { TOTP_WINDOW: '0' } });
    toNextStep(gateway);
    for (const [on, away, name] of [
      [gateway, -2, 'CodeProblem'],
      [gateway, -1, 'RecoveryCodes'],
      [gateway, 1, 'RecoveryCodes'],
      [gateway, 2, 'CodeProblem'],
      [strict, -1, 'CodeProblem'],
      [strict, 1, 'CodeProblem'],
      [strict, 0, 'RecoveryCodes'],
    ] as const) {
      const { token } = await signedIn();
      toNextStep(gateway);
      expectType(await confirm(token, appCode(gateway, await enrolled(gateway, token), away), on), name);
    }
  });

  it('L1: and wrong ones count, until not even the right one is looked at', async () => {
    const { token, id, email } = await signedIn();
    const secret = await enrolled(gateway, token);
    for (let round = 0; round < 5; round += 1) {
      expectType(await confirm(token, wrongAppCode(gateway, secret)), 'CodeProblem');
    }
    const locked = expectType(await confirm(token, appCode(gateway, secret)), 'AccountLockedProblem');
    expect(locked.retryAfterSeconds).toBeGreaterThan(1_700);
    expect((await me(token))?.twoFactorEnabled).toBe(false);
    const refused = (await eventsOf(id)).filter(({ success }) => success === false);
    expect(refused.map(({ type, metadata }) => [type, (metadata as { reason: string }).reason])).toEqual([
      ...Array(5).fill(['TOTP_ENABLE', 'TWO_FACTOR_CODE_INVALID']),
      ['TOTP_ENABLE', 'ACCOUNT_LOCKED'],
    ]);
    const mails = "SELECT mail FROM outbox_messages WHERE recipient = ? AND mail = 'account-locked'";
    expect(await rows(gateway, mails, [email])).toHaveLength(1);
  }, 20_000);

  it('S3: and not by a session that a reset ended on the way', async () => {
    const { token, email, id } = await signedIn();
    const link = await resetMailOf(gateway, email);
    const secret = await enrolled(gateway, token);
    // The fifth try is held back for a second.
    for (let tries = 0; tries < 4; tries += 1) await confirm(token, wrongAppCode(gateway, secret));
    const crossing = confirm(token, appCode(gateway, secret));
    await sleep(300);
    expectType(await reset(gateway, link.token), 'PasswordResetSuccess');
    expect(expectType(await crossing, 'AuthAccessProblem').code).toBe('UNAUTHENTICATED');
    const factor = 'SELECT two_factor_enabled_at FROM users WHERE id = ?';
    expect(await rows(gateway, factor, [id])).toEqual([{ two_factor_enabled_at: null }]);
    expect(await rows(gateway, 'SELECT 1 FROM recovery_codes WHERE user_id = ?', [id])).toEqual([]);
    expect((await eventsOf(id)).at(-1)).toMatchObject({ type: 'TOTP_ENABLE', metadata: { reason: 'UNAUTHENTICATED' } });
  }, 20_000);

  it('once, of ten at once on two replicas', async () => {
    const replica = await testGateway({ replicaOf: gateway });
    const { token, id } = await signedIn();
    const secret = await enrolled(gateway, token);
    const code = appCode(gateway, secret);
    const answers = await atOnce(10, (index) => confirm(token, code, index % 2 === 0 ? gateway : replica));
    const names = answers.map(({ __typename }) => __typename);
    expect(names.filter((name) => name === 'RecoveryCodes')).toHaveLength(1);
    expect(names.filter((name) => name === 'AuthConflictProblem')).toHaveLength(9);
    expect(await rows(gateway, 'SELECT used_at FROM recovery_codes WHERE user_id = ?', [id])).toHaveLength(10);
    expect([...faults(gateway), ...faults(replica)]).toEqual([]);
  });

  it('or is outrun by another app that is begun at once, and then the codes are that one’s', async () => {
    const { token, id } = await signedIn();
    const secret = await enrolled(gateway, token);
    const code = appCode(gateway, secret);
    const [confirmed, begun] = await Promise.all([confirm(token, code), enrol(token)]);
    const outcomes = `${confirmed.__typename} ${begun.__typename}`;
    // One of the two came first; never are there codes for an app that nobody confirmed.
    expect([
      'RecoveryCodes AuthConflictProblem',
      'CodeProblem TotpEnrolment',
      'AuthConflictProblem TotpEnrolment',
    ]).toContain(outcomes);
    const codes = await rows(gateway, 'SELECT 1 FROM recovery_codes WHERE user_id = ?', [id]);
    expect(codes).toHaveLength(confirmed.__typename === 'RecoveryCodes' ? 10 : 0);
    expect((await me(token))?.twoFactorEnabled).toBe(confirmed.__typename === 'RecoveryCodes');
  });
});
