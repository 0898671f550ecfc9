import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CsrfTokenDocument,
  CurrentSessionDocument,
  ExchangeTokenDocument,
  LoginDocument,
  LogoutDocument,
  MeDocument,
  MySessionsDocument,
  RefreshDocument,
  ResendVerificationDocument,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  SignupDocument,
  VerifyEmailDocument,
  VerifyEmailWithTokenDocument,
} from '../../generated/operations.js';
import { faults, mailedTo, quickUser, signedUp } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const signedIn = async () => {
  const { email } = await quickUser(gateway);
  return { email, ...(await loggedIn(gateway, email)) };
};

/** The code of every protected field for this caller; `null` where it answers without one. */
async function protectedFields(ask: Ask): Promise<Record<string, unknown>> {
  const code = (answer: { errors: { extensions: Record<string, unknown> }[] }) =>
    answer.errors[0]?.extensions.code ?? null;
  const revoke = await gateway.ask(RevokeSessionDocument, { id: randomUUID() }, ask);
  const others = await gateway.ask(RevokeOtherSessionsDocument, {}, ask);
  return {
    me: code(await gateway.ask(MeDocument, {}, ask)),
    currentSession: code(await gateway.ask(CurrentSessionDocument, {}, ask)),
    mySessions: code(await gateway.ask(MySessionsDocument, {}, ask)),
    revokeSession: 'code' in revoke.data.revokeSession ? revoke.data.revokeSession.code : null,
    revokeOtherSessions: 'code' in others.data.revokeOtherSessions ? others.data.revokeOtherSessions.code : null,
  };
}

const refused = {
  me: 'UNAUTHENTICATED',
  currentSession: 'UNAUTHENTICATED',
  mySessions: 'UNAUTHENTICATED',
  revokeSession: 'UNAUTHENTICATED',
  revokeOtherSessions: 'UNAUTHENTICATED',
};

describe('who gets past the guard', () => {
  it('nobody without a token, to whom me is null', async () => {
    const answer = await gateway.ask(MeDocument, {});
    expect([answer.data.me, answer.errors]).toEqual([null, []]);
    expect(await protectedFields({})).toEqual({ ...refused, me: null });
  });

  it('whoever holds a live one', async () => {
    const { accessToken } = await signedIn();
    expect(await protectedFields({ token: accessToken })).toEqual({
      me: null,
      currentSession: null,
      mySessions: null,
      revokeSession: 'NOT_FOUND',
      revokeOtherSessions: null,
    });
  });

  it.each(['Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'made-up', 'Bearer a b', 'Bearer null'])(
    'nobody by the header %j',
    async (authorization) => {
      expect(await protectedFields({ headers: { authorization } })).toEqual(refused);
    },
  );

  it.each(['', ' ', '\t'])(
    'C6: whoever sends the header as %j is a stranger, and no bearer of a bad token',
    async (authorization) => {
      const headers = { authorization };
      const answer = await gateway.ask(MeDocument, {}, { headers });
      expect([answer.data.me, answer.errors]).toEqual([null, []]);
      expect(await protectedFields({ headers })).toEqual(await protectedFields({}));
    },
  );

  it('nobody by an invalid, a revoked or an expired token', async () => {
    expect(await protectedFields({ token: 'invalid' })).toEqual(refused);
    const revoked = await signedIn();
    await gateway.ask(LogoutDocument, {}, { token: revoked.accessToken });
    expect(await protectedFields({ token: revoked.accessToken })).toEqual(refused);
    const expired = await signedIn();
    gateway.clock.advance(880);
    expect((await protectedFields({ token: expired.accessToken })).me).toBeNull();
    gateway.clock.advance(30);
    expect(await protectedFields({ token: expired.accessToken })).toEqual(refused);
  });

  it('A4: nobody by a token of another kind', async () => {
    const { refreshToken } = await signedIn();
    const { exchangeToken } = await quickUser(gateway);
    const link = (await mailedTo(gateway, (await signedUp(gateway)).email)).token;
    const { csrfToken } = (await gateway.ask(CsrfTokenDocument, {})).data;
    for (const token of [refreshToken, exchangeToken, link, csrfToken]) {
      expect(await protectedFields({ token })).toEqual(refused);
    }
  });
});

describe('what ignores a token that does not hold', () => {
  it('sign-up, verification, login, refresh, exchange and logout', async () => {
    const ended = await signedIn();
    await gateway.ask(LogoutDocument, {}, { token: ended.accessToken });
    for (const token of ['invalid', ended.accessToken]) {
      const ask = { token };
      const email = newEmail();
      const signup = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } }, ask);
      expectType(signup.data.signup, 'SignupAccepted');
      const resent = await gateway.ask(ResendVerificationDocument, { input: { email } }, ask);
      expectType(resent.data.resendVerification, 'MailAccepted');
      const { code } = await mailedTo(gateway, email);
      const verified = await gateway.ask(VerifyEmailDocument, { input: { email, code } }, ask);
      const { exchangeToken } = expectType(verified.data.verifyEmail, 'EmailVerified');
      const linked = await gateway.ask(VerifyEmailWithTokenDocument, { input: { token: 'x' } }, ask);
      expectType(linked.data.verifyEmailWithToken, 'TokenProblem');
      const exchanged = await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } }, ask);
      expectType(exchanged.data.exchangeToken, 'LoginSuccess');
      const { refreshToken } = await loggedIn(gateway, email, { ask });
      const refreshed = await gateway.ask(RefreshDocument, { input: { refreshToken } }, ask);
      expectType(refreshed.data.refresh, 'RefreshSuccess');
      const login = await gateway.ask(LoginDocument, { input: { identifier: email, password: 'x' } }, ask);
      expectType(login.data.login, 'InvalidCredentialsProblem');
      const logout = await gateway.ask(LogoutDocument, {}, ask);
      expect(expectType(logout.data.logout, 'LogoutSuccess').sessionId).toBeNull();
      expect((await gateway.ask(CsrfTokenDocument, {}, ask)).errors).toEqual([]);
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('A5: logout', () => {
  it('ends the session of the access token at once', async () => {
    const { accessToken, refreshToken, session } = await signedIn();
    const { data } = await gateway.ask(LogoutDocument, {}, { token: accessToken });
    expect(expectType(data.logout, 'LogoutSuccess').sessionId).toBe(session.id);
    const refreshed = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    expectType(refreshed.data.refresh, 'RefreshRejectedProblem');
  });

  it('by an expired but genuine token ends its session', async () => {
    const { accessToken, refreshToken, session } = await signedIn();
    gateway.clock.advance(3_600);
    const { data } = await gateway.ask(LogoutDocument, {}, { token: accessToken });
    expect(expectType(data.logout, 'LogoutSuccess').sessionId).toBe(session.id);
    const refreshed = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    expectType(refreshed.data.refresh, 'RefreshRejectedProblem');
  });

  it('by the cookie alone ends its session and clears it', async () => {
    const { email } = await quickUser(gateway);
    const login = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    const { tokens } = expectType(login.data.login, 'LoginSuccess');
    const cookie = `gatehouse-refresh=${login.cookies[0]?.value}`;
    const logout = await gateway.ask(LogoutDocument, {}, { cookie });
    expect(logout.cookies).toMatchObject([{ name: 'gatehouse-refresh', value: '' }]);
    expect((await protectedFields({ token: tokens.accessToken })).me).toBe('UNAUTHENTICATED');
  });

  it('without anything, and twice, is no failure', async () => {
    const { accessToken } = await signedIn();
    for (const ask of [{}, { token: accessToken }, { token: accessToken }, { cookie: 'gatehouse-refresh=x' }]) {
      expectType((await gateway.ask(LogoutDocument, {}, ask)).data.logout, 'LogoutSuccess');
    }
  });
});
