import { afterAll, beforeAll, expect, it } from 'vitest';
import { deriveToken } from '../../src/services/one-time-codes/derive.js';
import {
  LoginDocument,
  LogoutDocument,
  RefreshDocument,
  ReportSessionDocument,
  RequestPasswordResetDocument,
  UpdateProfileDocument,
  VerifyEmailDocument,
} from '../generated/operations.js';
import { faults, mailedTo, quickUser, rows, signedUp } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { loggedIn, newEmail, PASSWORD } from '../support/journey.js';
import { lockAccount, lockRows } from '../support/row-lock.js';

const AT_ONCE = 20;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({
    env: { DATABASE_POOL_MAX: '5', EMAIL_DEDUPLICATION: 'provider', DATABASE_STATEMENT_TIMEOUT_MS: '60000' },
  });
});
afterAll(() => gateway.close());

type Answer = { __typename: string } | null | undefined;
type Calls = (email: string) => Promise<() => Promise<Answer>>;

/** Those of ten sessions of one account. */
async function refreshTokensOf(email: string): Promise<string[]> {
  const sessions = await Promise.all(Array.from({ length: 10 }, () => loggedIn(gateway, email)));
  return sessions.map(({ refreshToken }) => refreshToken ?? '');
}

/** The first of the list, which goes to its end. */
function next(tokens: string[]): string {
  const token = tokens.shift() ?? '';
  tokens.push(token);
  return token;
}

const operations: Record<string, Calls> = {
  login: async (identifier) => async () =>
    (await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } })).data.login,
  refresh: async (email) => {
    const { refreshToken } = await loggedIn(gateway, email);
    const input = { refreshToken: refreshToken ?? '' };
    return async () => (await gateway.ask(RefreshDocument, { input })).data.refresh;
  },
  'refresh of ten sessions': async (email) => {
    const tokens = await refreshTokensOf(email);
    return async () => (await gateway.ask(RefreshDocument, { input: { refreshToken: next(tokens) } })).data.refresh;
  },
  'logout of ten sessions': async (email) => {
    const tokens = await refreshTokensOf(email);
    return async () => {
      const cookie = `gatehouse-refresh=${next(tokens)}`;
      return (await gateway.ask(LogoutDocument, {}, { cookie })).data.logout;
    };
  },
  'login in place of ten sessions': async (email) => {
    const tokens = await refreshTokensOf(email);
    const owners = await Promise.all(tokens.map(() => quickUser(gateway)));
    const own = owners.map(({ email: one }) => one);
    return async () => {
      const input = { identifier: next(own), password: PASSWORD, tokenDelivery: 'COOKIE' as const };
      return (await gateway.ask(LoginDocument, { input }, { cookie: `gatehouse-refresh=${next(tokens)}` })).data.login;
    };
  },
  'reportSession of many sessions': async (email) => {
    for (let device = 0; device < 10; device += 1) {
      const input = { identifier: email, password: PASSWORD };
      await gateway.ask(LoginDocument, { input }, { from: `203.0.113.${device + 1}` });
    }
    const purpose = 'REPORT_SESSION' as const;
    const text = `SELECT c.id, c.key_id FROM one_time_codes c JOIN users u ON u.id = c.user_id
      WHERE c.purpose = ? AND u.email = ?`;
    const codes = await rows<{ id: string; key_id: string }>(gateway, text, [purpose, email]);
    const { secretKeys } = gateway.dependencies;
    const tokens = codes.map(({ id, key_id: keyId }) => deriveToken(secretKeys, { id, purpose, keyId }));
    expect(tokens.length).toBeGreaterThan(5);
    return async () =>
      (await gateway.ask(ReportSessionDocument, { input: { token: next(tokens) } })).data.reportSession;
  },
  updateProfile: async (email) => {
    const { accessToken: token } = await loggedIn(gateway, email);
    const input = { displayName: 'Ada' };
    return async () => (await gateway.ask(UpdateProfileDocument, { input }, { token })).data.updateProfile;
  },
  requestPasswordReset: async (email) => async () =>
    (await gateway.ask(RequestPasswordResetDocument, { input: { email } })).data.requestPasswordReset,
  'requestPasswordReset in many spellings': async (email) => {
    let spellings = 0;
    return async () => {
      const input = { email: email.replace('@', `+${++spellings}@`) };
      return (await gateway.ask(RequestPasswordResetDocument, { input })).data.requestPasswordReset;
    };
  },
  verifyEmail: async (email) => {
    const { code } = await mailedTo(gateway, email);
    return async () => (await gateway.ask(VerifyEmailDocument, { input: { email, code } })).data.verifyEmail;
  },
};

it.each(Object.keys(operations))(
  'lets others sign in while many calls of %s wait for the rows of one account',
  async (name) => {
    const { email, id } =
      name === 'verifyEmail'
        ? { ...(await signedUp(gateway)), id: '' }
        : await quickUser(gateway, { email: newEmail().replace('example', 'gmail') });
    const other = await quickUser(gateway);
    const call = await operations[name]?.(email);
    const { url } = gateway.database;
    const lock = await (/refresh|logout|in place/.test(name)
      ? lockRows(url, 'sessions', 'user_id', id)
      : lockAccount(url, email));
    const calls = Array.from({ length: AT_ONCE }, () => call?.());
    await eventually(async () => expect(await lock.waiting()).toBeGreaterThan(0));
    for (let round = 0; round < 3; round += 1) await loggedIn(gateway, other.email);
    expect(await lock.waiting()).toBeGreaterThan(0);
    expect(await lock.waiting()).toBeLessThan(4);
    await lock.release();
    for (const answer of await Promise.all(calls)) expect(answer?.__typename).toBeDefined();
    expect(faults(gateway)).toEqual([]);
  },
);

it('tells those that waited too long for the rows of one account that they may come again', async () => {
  const { email } = await quickUser(gateway);
  const { accessToken: token } = await loggedIn(gateway, email);
  const lock = await lockAccount(gateway.database.url, email);
  const ask = { input: { displayName: 'Grace' } };
  const calls = Array.from({ length: 4 }, () => gateway.ask(UpdateProfileDocument, ask, { token }));
  const late = await Promise.race(calls);
  expect(late.data.updateProfile).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  await lock.release();
  for (const { data } of await Promise.all(calls)) expect(data.updateProfile?.__typename).toBeDefined();
}, 60_000);
