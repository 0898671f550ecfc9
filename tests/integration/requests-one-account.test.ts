import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  LoginDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  UpdateProfileDocument,
  VerifyEmailDocument,
} from '../generated/operations.js';
import { faults, mailedTo, quickUser, signedUp } from '../support/accounts.js';
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

const operations: Record<string, Calls> = {
  login: async (identifier) => async () =>
    (await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } })).data.login,
  refresh: async (email) => {
    const { refreshToken } = await loggedIn(gateway, email);
    const input = { refreshToken: refreshToken ?? '' };
    return async () => (await gateway.ask(RefreshDocument, { input })).data.refresh;
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
    const lock = await (name === 'refresh' ? lockRows(url, 'sessions', 'user_id', id) : lockAccount(url, email));
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
