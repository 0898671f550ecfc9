import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import {
  ChangePasswordDocument,
  EnrolTotpDocument,
  ExchangeTokenDocument,
  LoginDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RequestEmailChangeDocument,
  RevokeSessionDocument,
} from '../../generated/operations.js';
import { quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { documents } from '../../support/operation-calls.js';
import { NEW_PASSWORD } from '../../support/passwords.js';
import {
  appCode,
  challengeOf,
  claimsOf,
  complete,
  type TwoFactorUser,
  toNextStep,
  twoFactorUser,
} from '../../support/totp.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

interface Held {
  token: string;
  password: string;
}

const WRONG = { password: 'Wrong-Horse-7-Staple', code: '000000' };

const signedInRows = Object.entries(operations.Mutation).flatMap(([field, row]) =>
  row.who === 'signed-in' ? [[field, row.stepUp] as const] : [],
);
const stepUps = signedInRows.filter(([, stepUp]) => stepUp !== 'none').map(([field]) => field);

/** What an operation answers, by the code of its problem; undefined where it went through. */
async function askStepUp(operation: string, { token }: Held): Promise<string | undefined> {
  const { data } = await gateway.send(documents[operation] ?? '', {}, { token });
  return codeOf(data?.field as object);
}

function codeOf(result: object): string | undefined {
  return 'code' in result ? String(result.code) : undefined;
}

async function changed(user: TwoFactorUser, code?: string): Promise<Held> {
  const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, code };
  const { data } = await gateway.ask(ChangePasswordDocument, { input }, { token: user.accessToken });
  const { tokens } = expectType(data.changePassword, 'PasswordChanged');
  return { token: tokens.accessToken, password: NEW_PASSWORD };
}

async function refreshed(refreshToken: string): Promise<string> {
  const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
  return expectType(data.refresh, 'RefreshSuccess').tokens.accessToken;
}

/** Every way to a token that proves less than both factors within the ten minutes before. */
const staleWays: Record<string, (user: TwoFactorUser) => Promise<Held>> = {
  refresh: async ({ refreshToken }) => {
    gateway.clock.advance(660);
    return { token: await refreshed(refreshToken), password: PASSWORD };
  },
  'changePassword without a code': async (user) => {
    gateway.clock.advance(400);
    const held = await changed(user);
    gateway.clock.advance(260);
    return held;
  },
  'changePassword without a code, and a refresh': async (user) => {
    gateway.clock.advance(400);
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const { data } = await gateway.ask(ChangePasswordDocument, { input }, { token: user.accessToken });
    const { tokens } = expectType(data.changePassword, 'PasswordChanged');
    gateway.clock.advance(260);
    return { token: await refreshed(tokens.refreshToken ?? ''), password: NEW_PASSWORD };
  },
  'completeTwoFactor long after the password': async ({ email, secret }) => {
    const challenge = await challengeOf(gateway, email);
    gateway.clock.advance(250);
    toNextStep(gateway);
    const { tokens } = expectType(await complete(gateway, challenge, appCode(gateway, secret)), 'LoginSuccess');
    gateway.clock.advance(400);
    return { token: tokens.accessToken, password: PASSWORD };
  },
};

/** Every way to a token that proves both. */
const freshWays: Record<string, (user: TwoFactorUser) => Promise<Held>> = {
  'changePassword with a code': async (user) => {
    gateway.clock.advance(660);
    toNextStep(gateway);
    return await changed(user, appCode(gateway, user.secret));
  },
  reauthenticate: async ({ accessToken, secret }) => {
    gateway.clock.advance(660);
    toNextStep(gateway);
    const input = { password: PASSWORD, code: appCode(gateway, secret) };
    const { data } = await gateway.ask(ReauthenticateDocument, { input }, { token: accessToken });
    return { token: expectType(data.reauthenticate, 'Reauthenticated').tokens.accessToken, password: PASSWORD };
  },
  'login and completeTwoFactor': async ({ email, secret }) => {
    toNextStep(gateway, 2);
    const challenge = await challengeOf(gateway, email);
    const { tokens } = expectType(await complete(gateway, challenge, appCode(gateway, secret)), 'LoginSuccess');
    return { token: tokens.accessToken, password: PASSWORD };
  },
};

describe('S4: one factor never stands for all', () => {
  it.each(Object.entries(staleWays))('a session by %s opens no step-up operation', async (_name, way) => {
    const held = await way(await twoFactorUser(gateway));
    for (const operation of stepUps) {
      expect([operation, await askStepUp(operation, held)]).toEqual([operation, 'REAUTHENTICATION_REQUIRED']);
    }
    const input = { currentPassword: held.password, newPassword: 'Brand-New-Heron-8-Lamp' };
    const { data } = await gateway.ask(ChangePasswordDocument, { input }, { token: held.token });
    expect(data.changePassword).toMatchObject({ __typename: 'CodeProblem', code: 'TWO_FACTOR_CODE_INVALID' });
  });

  it.each(Object.entries(freshWays))('a session by %s opens each', async (_name, way) => {
    const held = await way(await twoFactorUser(gateway));
    for (const operation of stepUps) {
      expect([operation, await askStepUp(operation, held)]).not.toEqual([operation, 'REAUTHENTICATION_REQUIRED']);
    }
  });

  it.each(signedInRows)('%s requires a recent sign-in as its row and its description say', async (field, stepUp) => {
    const { email } = await quickUser(gateway);
    const { accessToken: token } = await loggedIn(gateway, email);
    gateway.clock.advance(660);
    const { data } = await gateway.send(documents[field] ?? '', {}, { token });
    const isRequired = codeOf(data?.field as object) === 'REAUTHENTICATION_REQUIRED';
    expect(isRequired).toBe(stepUp !== 'none');
    const { description } = gateway.app.schema.getMutationType()?.getFields()[field] ?? {};
    expect(/requires a recent sign-in/i.test(description ?? '')).toBe(isRequired);
  });

  it('the password alone begins and renews no session of an account with two', async () => {
    const user = await twoFactorUser(gateway);
    gateway.clock.advance(660);
    const ask = { token: user.accessToken };
    const change = { input: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD } };
    expect((await gateway.ask(ChangePasswordDocument, change, ask)).data.changePassword.__typename).toBe('CodeProblem');
    const again = await gateway.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, ask);
    expect(again.data.reauthenticate.__typename).toBe('CodeProblem');
    const login = await gateway.ask(LoginDocument, { input: { identifier: user.email, password: PASSWORD } });
    expect(login.data.login.__typename).toBe('TwoFactorRequired');
  });

  it('a wrong code changes no password', async () => {
    const user = await twoFactorUser(gateway);
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, code: WRONG.code };
    const { data } = await gateway.ask(ChangePasswordDocument, { input }, { token: user.accessToken });
    expect(data.changePassword.__typename).toBe('CodeProblem');
    expect(await challengeOf(gateway, user.email)).not.toBe('');
  });

  it('a token of a verified address is as old as the proof of the address', async () => {
    const { exchangeToken: token } = await quickUser(gateway);
    const before = Math.floor(gateway.clock.now().getTime() / 1_000);
    gateway.clock.advance(40);
    const { data } = await gateway.ask(ExchangeTokenDocument, { input: { token, tokenDelivery: 'BODY' } });
    const { tokens } = expectType(data.exchangeToken, 'LoginSuccess');
    expect(Number(claimsOf(tokens.accessToken).auth_time)).toBeLessThanOrEqual(before);
  });

  it('a token of a verified address is no newer for the second factor that follows it', async () => {
    const before = Math.floor(gateway.clock.now().getTime() / 1_000);
    const user = await twoFactorUser(gateway);
    gateway.clock.advance(40);
    const input = { token: user.exchangeToken, tokenDelivery: 'BODY' as const };
    const { data } = await gateway.ask(ExchangeTokenDocument, { input });
    const { challenge } = expectType(data.exchangeToken, 'TwoFactorRequired');
    const completed = await complete(gateway, challenge, appCode(gateway, user.secret));
    const { tokens } = expectType(completed, 'LoginSuccess');
    expect(Number(claimsOf(tokens.accessToken).auth_time)).toBeLessThan(before + 40);
  });
});

describe('S4: what would give the account away', () => {
  const enrol = async (token: string, password?: string) =>
    (await gateway.ask(EnrolTotpDocument, { input: password === undefined ? null : { password } }, { token })).data
      .enrolTotp;
  const move = async (token: string, password?: string) => {
    const input = { newEmail: newEmail(), password };
    return (await gateway.ask(RequestEmailChangeDocument, { input }, { token })).data.requestEmailChange;
  };

  it.each([
    ['enrolTotp', enrol, 'TotpEnrolment'],
    ['requestEmailChange', move, 'MailAccepted'],
  ] as const)('%s asks for the password, which a copied token does not tell', async (_name, ask, done) => {
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    gateway.clock.advance(30);
    expect((await ask(accessToken)).__typename).toBe(done);
    gateway.clock.advance(31);
    expect(await ask(accessToken)).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
    expect(await ask(accessToken, WRONG.password)).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect((await ask(accessToken, PASSWORD)).__typename).toBe(done);
    gateway.clock.advance(600);
    expect(await ask(accessToken, PASSWORD)).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
  });

  it('neither is open to a session that no password began', async () => {
    const { exchangeToken: token } = await quickUser(gateway);
    const { data } = await gateway.ask(ExchangeTokenDocument, { input: { token, tokenDelivery: 'BODY' } });
    const { tokens } = expectType(data.exchangeToken, 'LoginSuccess');
    for (const ask of [enrol, move]) {
      expect(await ask(tokens.accessToken)).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
    }
  });

  it('wrong passwords count, and lock', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    for (const ask of [enrol, move, enrol, move, enrol]) {
      expect(await ask(accessToken, WRONG.password)).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    }
    for (const ask of [enrol, move]) expect(await ask(accessToken, PASSWORD)).toMatchObject({ code: 'ACCOUNT_LOCKED' });
  });

  it('a session of an old sign-in ends itself, and no other', async () => {
    const { email } = await quickUser(gateway);
    const [first, second] = [await loggedIn(gateway, email), await loggedIn(gateway, email)];
    gateway.clock.advance(660);
    const revoke = async (id: string) =>
      (await gateway.ask(RevokeSessionDocument, { id }, { token: first.accessToken })).data.revokeSession;
    expect(await revoke(second.session.id)).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
    expectType(await revoke(first.session.id.toUpperCase()), 'SessionRevoked');
    await refreshed(second.refreshToken);
  });
});
