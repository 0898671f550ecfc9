import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import { appCode, enrolled, toNextStep, twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const RENEWED = 'tokens { accessToken } session { id isCurrent } user { id email passwordChangedAt }';

interface Renewed {
  tokens: { accessToken: string };
  session: { id: string; isCurrent: boolean };
  user: { id: string; email: string; passwordChangedAt: string };
}

async function answerOf<Result>(document: string, input: object | undefined, token?: string): Promise<Result> {
  const ask = token === undefined ? {} : { token };
  const { data, errors } = await gateway.send(document, { input }, ask);
  expect(errors).toEqual([]);
  return Object.values(data as Record<string, Result>)[0] as Result;
}

it.each([
  ['reauthenticate', 'ReauthenticateInput', 'Reauthenticated', { password: PASSWORD }],
  [
    'changePassword',
    'ChangePasswordInput',
    'PasswordChanged',
    { currentPassword: PASSWORD, newPassword: 'a Quite-other_phrase 77' },
  ],
])('%s returns the session that replaces the previous one, and the user', async (field, type, member, input) => {
  const { email, id } = await quickUser(gateway);
  const before = await loggedIn(gateway, email);
  const document = `mutation($input: ${type}!) { ${field}(input: $input) { ... on ${member} { ${RENEWED} } } }`;
  const { tokens, session, user } = await answerOf<Renewed>(document, input, before.accessToken);
  expect(session.id).not.toBe(before.session.id);
  expect(session).toEqual({ id: decodeJwt(tokens.accessToken).sid, isCurrent: true });
  expect(user).toMatchObject({ id, email });
  const isNewer = Date.parse(user.passwordChangedAt) > Date.parse(String(before.user.passwordChangedAt));
  expect(isNewer).toBe(field === 'changePassword');
});

it('refresh returns the user', async () => {
  const { email, id } = await quickUser(gateway);
  const { refreshToken } = await loggedIn(gateway, email);
  const document =
    'mutation($input: RefreshInput) { refresh(input: $input) { ... on RefreshSuccess { user { id email } } } }';
  expect(await answerOf(document, { refreshToken })).toEqual({ user: { id, email } });
});

it('revokeOtherSessions returns the sessions that ended', async () => {
  const { email } = await quickUser(gateway);
  const others = [await loggedIn(gateway, email), await loggedIn(gateway, email)];
  const { accessToken } = await loggedIn(gateway, email);
  const document = 'mutation { revokeOtherSessions { ... on SessionsRevoked { count sessionIds } } }';
  const revoked = await answerOf<{ count: number; sessionIds: string[] }>(document, undefined, accessToken);
  expect(revoked.count).toBe(2);
  expect(revoked.sessionIds.sort()).toEqual(others.map(({ session }) => session.id).sort());
});

it('confirmTotp and regenerateRecoveryCodes return the user', async () => {
  const { email } = await quickUser(gateway);
  const { accessToken } = await loggedIn(gateway, email);
  const code = appCode(gateway, await enrolled(gateway, accessToken));
  const selection = '{ __typename ... on RecoveryCodes { user { email twoFactorEnabled } } }';
  const confirm = `mutation($input: ConfirmTotpInput!) { confirmTotp(input: $input) ${selection} }`;
  expect(await answerOf(confirm, { code }, accessToken)).toMatchObject({ user: { email, twoFactorEnabled: true } });
  const known = await twoFactorUser(gateway);
  toNextStep(gateway);
  const factors = { password: PASSWORD, code: appCode(gateway, known.secret) };
  const regenerate = `mutation($input: RegenerateRecoveryCodesInput!) { regenerateRecoveryCodes(input: $input) ${selection} }`;
  const answer = await answerOf(regenerate, factors, known.accessToken);
  expect(answer).toMatchObject({ user: { email: known.email, twoFactorEnabled: true } });
});

it('rememberDevice requests a device token, which an app gets for nothing else', async () => {
  const { email: identifier } = await quickUser(gateway);
  const document = `mutation($input: LoginInput!) { login(input: $input) { __typename ... on LoginSuccess { deviceToken } } }`;
  const tokenOf = async (input: object) => {
    const all = { identifier, password: PASSWORD, tokenDelivery: 'BODY', ...input };
    return expectType(
      await answerOf<{ __typename: 'LoginSuccess'; deviceToken: string | null }>(document, all),
      'LoginSuccess',
    ).deviceToken;
  };
  expect(await tokenOf({})).toBeNull();
  const deviceToken = await tokenOf({ rememberDevice: true });
  expect(deviceToken).toHaveLength(64);
  expect(await tokenOf({ deviceToken, rememberDevice: true })).toBe(deviceToken);
});
