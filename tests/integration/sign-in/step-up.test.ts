import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../../src/settings.js';
import {
  LoginDocument,
  MeDocument,
  MySessionsDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RevokeOtherSessionsDocument,
} from '../../generated/operations.js';
import { atOnce, faults, quickUser, rows } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import { appCode, claimsOf, toNextStep, twoFactorUser, wrongAppCode } from '../../support/totp.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const reauthenticate = async (ask: Ask, input: { password?: string; code?: string } = {}, at = gateway) => {
  const answer = await at.ask(ReauthenticateDocument, { input: { password: PASSWORD, ...input } }, ask);
  return { ...answer, result: answer.data.reauthenticate };
};
const revokeOthers = async (token: string) =>
  (await gateway.ask(RevokeOtherSessionsDocument, {}, { token })).data.revokeOtherSessions;

/** Somebody whose sign-in is so old that sensitive operations ask for a new proof. */
async function signedInLongAgo() {
  const { email, id } = await quickUser(gateway);
  const session = await loggedIn(gateway, email);
  gateway.clock.advance(660);
  return { email, id, ...session };
}

describe('S4: a sensitive operation', () => {
  it('asks for a new proof once the last one is too old, and not before', async () => {
    const { accessToken } = await signedInLongAgo();
    expect(await revokeOthers(accessToken)).toMatchObject({
      __typename: 'AuthAccessProblem',
      code: 'REAUTHENTICATION_REQUIRED',
    });
    const { tokens, validUntil } = expectType((await reauthenticate({ token: accessToken })).result, 'Reauthenticated');
    expectType(await revokeOthers(tokens.accessToken), 'SessionsRevoked');
    gateway.clock.advance(599 - (gateway.clock.now().getTime() - new Date(validUntil).getTime() + 600_000) / 1_000);
    expectType(await revokeOthers(tokens.accessToken), 'SessionsRevoked');
    gateway.clock.advance(2);
    expectType(await revokeOthers(tokens.accessToken), 'AuthAccessProblem');
  });

  it('takes no refresh for a proof', async () => {
    const { refreshToken } = await signedInLongAgo();
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    const { tokens } = expectType(data.refresh, 'RefreshSuccess');
    expectType(await revokeOthers(tokens.accessToken), 'AuthAccessProblem');
  });
});

describe('S1: reauthenticate', () => {
  it('puts a session with a new id in the place of the present one', async () => {
    const { accessToken, refreshToken, session } = await signedInLongAgo();
    const { result } = await reauthenticate({ token: accessToken });
    const { tokens } = expectType(result, 'Reauthenticated');
    const [before, after] = [claimsOf(accessToken), claimsOf(tokens.accessToken)];
    expect(after.sid).not.toBe(before.sid);
    expect(Number(after.auth_time)).toBeGreaterThanOrEqual(Number(before.auth_time) + 660);
    expect((await gateway.ask(MeDocument, {}, { token: accessToken })).errors[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    const refreshed = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    expectType(refreshed.data.refresh, 'RefreshRejectedProblem');
    const mine = await gateway.ask(MySessionsDocument, {}, { token: tokens.accessToken });
    expect(mine.data.mySessions.edges.map(({ node }) => node.id)).not.toContain(session.id);
    expect(tokens.refreshToken).toHaveLength(112);
    const next = await gateway.ask(RefreshDocument, { input: { refreshToken: tokens.refreshToken } });
    expectType(next.data.refresh, 'RefreshSuccess');
  });

  it('gives the refresh token to the cookie where the cookie held it', async () => {
    const { email } = await quickUser(gateway);
    const input = { identifier: email, password: PASSWORD, rememberMe: true, deviceName: 'Desk' };
    const login = await gateway.ask(LoginDocument, { input });
    const { tokens } = expectType(login.data.login, 'LoginSuccess');
    const held = login.cookies.find(({ name }) => name === 'gatehouse-refresh')?.value;
    const { result, cookies } = await reauthenticate({
      token: tokens.accessToken,
      cookie: `gatehouse-refresh=${held}`,
    });
    const { tokens: next } = expectType(result, 'Reauthenticated');
    expect(next.refreshToken).toBeNull();
    const cookie = cookies.find(({ name }) => name === 'gatehouse-refresh');
    expect(cookie).toMatchObject({ httpOnly: true, path: '/' });
    expect(cookie?.maxAge).toBeGreaterThan(13 * 86_400);
    const mine = await gateway.ask(MySessionsDocument, {}, { token: next.accessToken });
    expect(mine.data.mySessions.edges.map(({ node }) => [node.deviceName, node.isCurrent])).toEqual([['Desk', true]]);
  });

  it('of ten at once with one session one wins, and one session is left', async () => {
    const { id, accessToken } = await signedInLongAgo();
    const results = await atOnce(10, () => reauthenticate({ token: accessToken }));
    const names = results.map(({ result, errors }) => result?.__typename ?? errors[0]?.extensions.code);
    expect(names.filter((name) => name === 'Reauthenticated')).toHaveLength(1);
    const alive = await rows(gateway, 'SELECT id FROM sessions WHERE user_id = ? AND revoked_at IS NULL', [id]);
    expect(alive).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('counts wrong passwords and locks, while the session goes on and a login is open', async () => {
    const { email, accessToken, refreshToken } = await signedInLongAgo();
    for (let index = 0; index < 5; index += 1) {
      const { result } = await reauthenticate({ token: accessToken }, { password: 'Wrong-Horse-7-Staple' });
      expectType(result, 'InvalidCredentialsProblem');
    }
    const { retryAfterSeconds } = expectType(
      (await reauthenticate({ token: accessToken })).result,
      'AccountLockedProblem',
    );
    expect(retryAfterSeconds).toBeGreaterThan(1_700);
    expectType((await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh, 'RefreshSuccess');
    expect((await loggedIn(gateway, email)).accessToken).not.toBe('');
  });

  it('asks for the second factor where it is on', async () => {
    const user = await twoFactorUser(gateway);
    toNextStep(gateway, 2);
    const ask = { token: user.accessToken };
    expect((await reauthenticate(ask)).result).toMatchObject({
      __typename: 'CodeProblem',
      code: 'TWO_FACTOR_CODE_INVALID',
    });
    const wrong = await reauthenticate(ask, { code: wrongAppCode(gateway, user.secret) });
    expectType(wrong.result, 'CodeProblem');
    const right = await reauthenticate(ask, { code: appCode(gateway, user.secret) });
    const { tokens } = expectType(right.result, 'Reauthenticated');
    expect(claimsOf(tokens.accessToken).amr).toEqual(['pwd', 'otp', 'mfa']);
  });
});

describe('AD3: a role that asks for a second factor', () => {
  it('is held by sessions that proved it and by no other', async () => {
    const strict = await testGateway({ env: { TWO_FACTOR_REQUIRED_ROLES: 'editor', SIGNUP_ROLES: 'user,editor' } });
    const { email } = await quickUser(strict, { role: 'editor' });
    const single = await loggedIn(strict, email);
    expect(claimsOf(single.accessToken).role).toBe('user');
    expect(single.user.role).toBe('editor');

    const user = await twoFactorUser(strict, { role: 'editor' });
    expect(claimsOf(user.accessToken)).toMatchObject({ role: 'editor', amr: expect.arrayContaining(['mfa']) });
  });

  it.each([{}, { DEFAULT_ROLE: 'user' }])('K1: cannot be the one that everybody has by default', (env) => {
    const refused = /TWO_FACTOR_REQUIRED_ROLES must not name DEFAULT_ROLE/;
    expect(() => loadSettings({ ...env, TWO_FACTOR_REQUIRED_ROLES: 'user' })).toThrow(refused);
  });
});
