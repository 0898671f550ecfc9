import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  ChangePasswordDocument,
  CompleteTwoFactorDocument,
  ConfirmEmailChangeDocument,
  ConfirmTotpDocument,
  CurrentSessionDocument,
  DisableTotpDocument,
  EnrolTotpDocument,
  LoginDocument,
  MeDocument,
  MyAuditEventsDocument,
  MySessionsDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RequestEmailChangeDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  VerifyEmailDocument,
  VerifyPasswordResetCodeDocument,
} from '../generated/operations.js';
import { setUpShared } from '../support/cleanup.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import type { ChildAnswer, ChildAsk, ChildGateway } from '../support/process.js';
import { codeAt } from '../support/totp.js';
import {
  account,
  login,
  mailedCode,
  refusedSoon,
  type TwoProcesses,
  tally,
  tokensOf,
  twoProcesses,
} from '../support/two-processes.js';

const OTHER_PASSWORD = 'Patient-Otter-9-Lantern';

let parts: TwoProcesses;

/** A verified account that is signed in. */
async function signedIn(displayName: string, password = PASSWORD) {
  const user = await account(parts, { displayName, password });
  return { ...user, ...(await tokensOf(parts.one, user.email, password)) };
}

type SignedIn = Awaited<ReturnType<typeof signedIn>>;

const refresh = async (gateway: ChildGateway, refreshToken: string) =>
  (await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;

/** What an answer sets a cookie to. */
function cookieOf({ headers }: ChildAnswer<unknown>, name: 'refresh' | 'device'): string {
  const cookie = headers.getSetCookie().find((one) => one.startsWith(`gatehouse-${name}=`));
  return cookie?.slice(cookie.indexOf('=') + 1, cookie.indexOf(';')) ?? '';
}

/** Signs in as a browser does, with what it holds already. */
async function browserLogin(gateway: ChildGateway, identifier: string, ask: ChildAsk = {}) {
  const answer = await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } }, ask);
  const { tokens, session, user } = expectType(answer.data.login, 'LoginSuccess');
  const cookies = { refreshToken: cookieOf(answer, 'refresh'), deviceToken: cookieOf(answer, 'device') };
  return { token: tokens.accessToken, sessionId: session.id, userId: user.id, ...cookies };
}

/** Somebody's rows, without what any request of theirs moves. */
async function rowsOf(userId: string): Promise<unknown> {
  const users = await parts.rows('SELECT * FROM users WHERE id = $1', [userId]);
  const sessions = await parts.rows('SELECT id, generation, revoked_at FROM sessions WHERE user_id = $1 ORDER BY id', [
    userId,
  ]);
  const totp = await parts.rows('SELECT * FROM totp_credentials WHERE user_id = $1', [userId]);
  return { users, sessions, totp };
}

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on User { id displayName email username role emailVerified emailVerifiedAt twoFactorEnabled locale timezone
      termsAcceptedAt privacyPolicyAcceptedAt passwordChangedAt createdAt sessions { totalCount nodes { id ipAddress } } }
    ... on AuthSession { id deviceName ipAddress isCurrent }
  }
}`;

/** The second factor of somebody who is signed in, switched on by the code of the step before this one. */
async function withTwoFactors(user: SignedIn) {
  // A step that ends in between would put that code out of its window.
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 4_000) await sleep(left);
  const step = Math.floor(Date.now() / 30_000);
  const { token } = user;
  const enrolled = await parts.one.ask(EnrolTotpDocument, {}, { token });
  const { secret } = expectType(enrolled.data.enrolTotp, 'TotpEnrolment');
  const confirmed = await parts.other.ask(
    ConfirmTotpDocument,
    { input: { code: codeAt(secret, step - 1) } },
    { token },
  );
  const { codes } = expectType(confirmed.data.confirmTotp, 'RecoveryCodes');
  return { ...user, secret, step, recoveryCodes: codes };
}

async function challengeOf(gateway: ChildGateway, email: string, ask: ChildAsk = {}): Promise<string> {
  return expectType(await login(gateway, email, PASSWORD, ask), 'TwoFactorRequired').challenge;
}

const complete = async (gateway: ChildGateway, challenge: string, code: string, ask: ChildAsk = {}) =>
  (await gateway.ask(CompleteTwoFactorDocument, { input: { challenge, code } }, ask)).data.completeTwoFactor;

describe.skipIf(inject('redisUrl') === null)('on two processes', () => {
  beforeAll(async () => {
    // What is refused here is refused for what it is, and not for how often it was tried.
    const shared = await setUpShared(() => twoProcesses({ LOCKOUT_THRESHOLD: '1000' }));
    ({ parts } = shared);
    return shared.close;
  });

  describe('S1: what a browser was given before its owner signs in', () => {
    it('is not the session after it, be it a refresh token, an access token or a device token', async () => {
      const { one, other } = parts;
      const [attacker, victim] = await Promise.all([account(parts), account(parts)]);
      const planted = await browserLogin(one, attacker.email);
      const cookie = `gatehouse-refresh=${planted.refreshToken}; gatehouse-device=${planted.deviceToken}`;
      const own = await browserLogin(other, victim.email, { cookie, token: planted.token });
      expect(own.userId).toBe(victim.id);
      expect(own.sessionId).not.toBe(planted.sessionId);
      expect(own.refreshToken).toMatch(/^[\w-]{64,}$/);
      expect(own.refreshToken).not.toBe(planted.refreshToken);

      // The session of the planted cookie is over, so nothing that the victim does can land in it.
      await refusedSoon(one, planted.token);
      for (const gateway of parts.both) {
        expectType(await refresh(gateway, planted.refreshToken), 'RefreshRejectedProblem');
        expectType(await refresh(gateway, planted.deviceToken), 'RefreshRejectedProblem');
        const { errors } = await gateway.ask(MeDocument, {}, { token: planted.deviceToken });
        expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
        const { data } = await gateway.ask(CurrentSessionDocument, {}, { token: own.token });
        expect(data.currentSession?.id).toBe(own.sessionId);
      }
      const renewed = await one.ask(RefreshDocument, {}, { cookie: `gatehouse-refresh=${own.refreshToken}` });
      expect(expectType(renewed.data.refresh, 'RefreshSuccess').session.id).toBe(own.sessionId);
    });

    it('made up or left by an earlier sign-in, is replaced at the next one', async () => {
      const { one, other } = parts;
      const { email } = await account(parts);
      const first = await browserLogin(one, email, { cookie: `gatehouse-refresh=${'A'.repeat(112)}` });
      expect(first.refreshToken).not.toContain('AAAA'.repeat(8));
      const second = await browserLogin(other, email, { cookie: `gatehouse-refresh=${first.refreshToken}` });
      expect(new Set([first.sessionId, second.sessionId]).size).toBe(2);
      await refusedSoon(one, first.token);
      expectType(await refresh(one, first.refreshToken), 'RefreshRejectedProblem');
      expectType(await refresh(one, second.refreshToken), 'RefreshSuccess');
    });

    it('is not the session after the second step either', async () => {
      const { one, other } = parts;
      const [attacker, user] = await Promise.all([account(parts), signedIn('Owner')]);
      const { recoveryCodes } = await withTwoFactors(user);
      const planted = await browserLogin(one, attacker.email);
      const cookie = `gatehouse-refresh=${planted.refreshToken}`;
      const first = await one.ask(LoginDocument, { input: { identifier: user.email, password: PASSWORD } }, { cookie });
      const { challenge } = expectType(first.data.login, 'TwoFactorRequired');
      const code = recoveryCodes[0] ?? '';
      const second = await other.ask(CompleteTwoFactorDocument, { input: { challenge, code } }, { cookie });
      const success = expectType(second.data.completeTwoFactor, 'LoginSuccess');
      expect(success.user.id).toBe(user.id);
      expect(cookieOf(second, 'refresh')).not.toBe(planted.refreshToken);
      await refusedSoon(one, planted.token);
      expectType(await refresh(one, planted.refreshToken), 'RefreshRejectedProblem');
    });
  });

  it('S1, S3: whoever proves again who they are, or changes the password, gets a session of a new id', async () => {
    const { one, other } = parts;
    const user = await signedIn('Owner');
    const proven = await other.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, { token: user.token });
    const second = expectType(proven.data.reauthenticate, 'Reauthenticated').tokens;
    await refusedSoon(one, user.token);
    expectType(await refresh(one, user.refreshToken), 'RefreshRejectedProblem');
    const change = { input: { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD } };
    const changed = await one.ask(ChangePasswordDocument, change, { token: second.accessToken });
    const third = expectType(changed.data.changePassword, 'PasswordChanged').tokens;
    await refusedSoon(other, second.accessToken);
    expectType(await refresh(other, second.refreshToken ?? ''), 'RefreshRejectedProblem');
    const current = await other.ask(CurrentSessionDocument, {}, { token: third.accessToken });
    const sids = await parts.rows('SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [user.id]);
    expect(sids).toEqual([{ id: current.data.currentSession?.id }]);
    expect(current.data.currentSession?.id).not.toBe(user.sessionId);
  });

  describe('S2, V2: of two users', () => {
    let stranger: SignedIn;
    let owner: SignedIn;
    let untouched: unknown;
    beforeAll(async () => {
      [stranger, owner] = await Promise.all([signedIn('Stranger'), signedIn('Owner', OTHER_PASSWORD)]);
      await tokensOf(parts.other, owner.email, OTHER_PASSWORD);
      untouched = await rowsOf(owner.id);
    });

    /** Checks that the owner is as before: in rows, and in what their token opens at both. */
    async function expectUntouched(): Promise<void> {
      expect(await rowsOf(owner.id)).toEqual(untouched);
      for (const gateway of parts.both) {
        const { data } = await gateway.ask(MeDocument, {}, { token: owner.token });
        expect(data.me?.id).toBe(owner.id);
      }
    }

    it('none ends a session of the other, which answers like one that does not exist', async () => {
      for (const gateway of parts.both) {
        const revoke = async (id: string) =>
          (await gateway.ask(RevokeSessionDocument, { id }, { token: stranger.token })).body;
        const unknown = await revoke(randomUUID());
        expect(unknown).toContain('AuthNotFoundProblem');
        expect(await revoke(owner.sessionId)).toBe(unknown);
        const others = await gateway.ask(RevokeOtherSessionsDocument, {}, { token: stranger.token });
        expect(expectType(others.data.revokeOtherSessions, 'SessionsRevoked').count).toBe(0);
      }
      await expectUntouched();
    });

    it('each is an id and a display name to the other, and a session nothing', async () => {
      const representations = [
        { __typename: 'User', id: owner.id },
        { __typename: 'AuthSession', id: owner.sessionId },
      ];
      for (const gateway of parts.both) {
        for (const ask of [{ token: stranger.token }, {}]) {
          const { data, errors } = await gateway.send(ENTITIES, { representations }, ask);
          const [user, session] = (data?._entities ?? []) as [Record<string, unknown>?, unknown?];
          expect([errors, session]).toEqual([undefined, null]);
          const told = Object.entries(user ?? {}).filter(([, value]) => value !== null);
          expect(Object.fromEntries(told)).toEqual({ id: owner.id, displayName: 'Owner' });
        }
        const own = await gateway.send(ENTITIES, { representations }, { token: owner.token });
        expect(own.body).toContain(owner.email);
        expect(own.body).toContain('"isCurrent":true');
      }
    });

    it('none reads on from a cursor of the other', async () => {
      const read = async (gateway: ChildGateway, { token }: SignedIn, page: { sessions?: string; events?: string }) => {
        const sessions = await gateway.ask(MySessionsDocument, { first: 100, after: page.sessions }, { token });
        const events = await gateway.ask(MyAuditEventsDocument, { first: 100, after: page.events }, { token });
        return [sessions.data.mySessions, events.data.myAuditEvents] as const;
      };
      const [sessions, events] = await read(parts.one, owner, {});
      const theirs = [...sessions.nodes, ...events.nodes].map(({ id }) => id);
      for (const gateway of parts.both) {
        const pages = [
          await read(gateway, stranger, {}),
          await read(gateway, stranger, { sessions: sessions.edges[0]?.cursor, events: events.edges[0]?.cursor }),
        ];
        for (const page of pages.flat()) {
          expect(page.nodes.filter(({ id }) => theirs.includes(id))).toEqual([]);
          expect(JSON.stringify(page)).not.toContain(owner.id);
        }
        expect(pages[0]?.map(({ nodes }) => nodes.length > 0)).toEqual([true, true]);
      }
    });

    it('none proves who they are by the password of the other', async () => {
      for (const gateway of parts.both) {
        const proof = { input: { password: OTHER_PASSWORD } };
        const proven = await gateway.ask(ReauthenticateDocument, proof, { token: stranger.token });
        expectType(proven.data.reauthenticate, 'InvalidCredentialsProblem');
        const change = { input: { currentPassword: OTHER_PASSWORD, newPassword: 'Quiet-Harbour-3-Violin' } };
        const changed = await gateway.ask(ChangePasswordDocument, change, { token: stranger.token });
        expectType(changed.data.changePassword, 'InvalidCredentialsProblem');
      }
      await expectUntouched();
    });

    it('none uses a code that was mailed to the other, though both wait for one of that kind', async () => {
      const { one, other } = parts;
      const strangersRow = async () => await rowsOf(stranger.id);
      const [newAddress, strangersAddress] = [newEmail(), newEmail()];
      const changeTo = async (gateway: ChildGateway, token: string, address: string) =>
        await gateway.ask(RequestEmailChangeDocument, { input: { newEmail: address } }, { token });
      for (const [gateway, token, address] of [
        [one, owner.token, newAddress],
        [other, stranger.token, strangersAddress],
      ] as const) {
        expectType((await changeTo(gateway, token, address)).data.requestEmailChange, 'MailAccepted');
      }
      const mails = (await parts.server.waitFor(1, { to: owner.email })).length;
      for (const { email } of [owner, stranger]) {
        const requested = await one.ask(RequestPasswordResetDocument, { input: { email } });
        expectType(requested.data.requestPasswordReset, 'MailAccepted');
      }
      const resetCode = await mailedCode(parts, owner.email, mails + 1);
      const changeCode = await mailedCode(parts, newAddress);
      untouched = await rowsOf(owner.id);
      const before = await strangersRow();

      const { token, email } = stranger;
      for (const gateway of parts.both) {
        const input = { email, code: resetCode };
        const verified = await gateway.ask(VerifyPasswordResetCodeDocument, { input });
        expectType(verified.data.verifyPasswordResetCode, 'CodeProblem');
        const confirmed = await gateway.ask(ConfirmEmailChangeDocument, { input: { code: changeCode } }, { token });
        expectType(confirmed.data.confirmEmailChange, 'CodeProblem');
        const foreign = await gateway.ask(VerifyEmailDocument, { input: { email, code: owner.code } });
        expectType(foreign.data.verifyEmail, 'CodeProblem');
      }
      await expectUntouched();

      // The ticket is for the account whose code it was taken for, whoever else is signed in.
      const taken = await other.ask(VerifyPasswordResetCodeDocument, {
        input: { email: owner.email, code: resetCode },
      });
      const { resetToken } = expectType(taken.data.verifyPasswordResetCode, 'PasswordResetTicket');
      const reset = { input: { resetToken, newPassword: 'Quiet-Harbour-3-Violin' } };
      const done = await one.ask(ResetPasswordDocument, reset, { token });
      expectType(done.data.resetPassword, 'PasswordResetSuccess');
      expect(await strangersRow()).toEqual(before);
      expectType(await login(other, owner.email, 'Quiet-Harbour-3-Violin'), 'LoginSuccess');
      expectType(await login(other, email), 'LoginSuccess');
    });
  });

  it('S2, T4: a second factor is proven by its owner alone, from the client that passed the first step', async () => {
    const { one, other } = parts;
    const [stranger, owner] = await Promise.all([signedIn('Stranger'), signedIn('Owner')]);
    const { secret, step, recoveryCodes } = await withTwoFactors(owner);
    const { data } = await one.ask(EnrolTotpDocument, {}, { token: stranger.token });
    expectType(data.enrolTotp, 'TotpEnrolment');
    const code = codeAt(secret, step + 1);
    const confirmed = await other.ask(ConfirmTotpDocument, { input: { code } }, { token: stranger.token });
    expectType(confirmed.data.confirmTotp, 'CodeProblem');

    const own = { headers: { 'user-agent': 'Browser of the owner' } };
    const foreign = { headers: { 'user-agent': 'Something else' }, token: stranger.token };
    const challenge = await challengeOf(one, owner.email, own);
    for (const gateway of parts.both) {
      const problem = expectType(await complete(gateway, challenge, recoveryCodes[0] ?? '', foreign), 'CodeProblem');
      expect(problem.code).toBe('CHALLENGE_EXPIRED');
    }
    const success = expectType(await complete(other, challenge, recoveryCodes[0] ?? '', own), 'LoginSuccess');
    expect(success.user.id).toBe(owner.id);
  });

  it('T2: each step of an app is taken once, whatever it is used for and wherever, and none before it any more', async () => {
    const { one, other, both } = parts;
    const { email, refreshToken, secret, step, recoveryCodes } = await withTwoFactors(await signedIn('Owner'));
    const { accessToken: token } = expectType(await refresh(one, refreshToken), 'RefreshSuccess').tokens;
    const challenges = await Promise.all(
      Array.from({ length: 10 }, (_, index) => challengeOf(index % 2 ? one : other, email)),
    );
    const next = codeAt(secret, step + 1);
    const tries = await Promise.all(
      challenges.map((challenge, index) => complete(index % 2 === 0 ? one : other, challenge, next)),
    );
    expect(tally(tries)).toEqual({ LoginSuccess: 1, CodeProblem: 9 });

    for (const gateway of both) {
      for (const code of [next, codeAt(secret, step), codeAt(secret, step - 1)]) {
        const again = await complete(gateway, await challengeOf(gateway, email), code);
        expect(expectType(again, 'CodeProblem').code).toBe('TWO_FACTOR_CODE_INVALID');
        const input = { password: PASSWORD, code };
        const proven = await gateway.ask(ReauthenticateDocument, { input }, { token });
        expectType(proven.data.reauthenticate, 'CodeProblem');
        const disabled = await gateway.ask(DisableTotpDocument, { input }, { token });
        expectType(disabled.data.disableTotp, 'CodeProblem');
      }
    }
    // It was the codes that were refused, and nothing else.
    const input = { password: PASSWORD, code: recoveryCodes[0] ?? '' };
    const off = await other.ask(DisableTotpDocument, { input }, { token });
    expectType(off.data.disableTotp, 'TwoFactorDisabled');
  });
});
