import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import {
  RequestEmailChangeDocument,
  RequestPasswordResetDocument,
  SignupDocument,
} from '../../generated/operations.js';
import { atOnce, quickUser, rows, signedUp } from '../../support/accounts.js';
import {
  type Answer,
  type Ask,
  sharedGateway,
  type TestGateway,
  type TestOptions,
  testGateway,
} from '../../support/app.js';
import { mailsTo, signedInUser } from '../../support/email-change.js';
import { newEmail, PASSWORD } from '../../support/journey.js';
import { documentOf, requiredInput } from '../../support/operation-calls.js';

const mailing = Object.entries(operations.Mutation).filter(([, { mails }]) => mails !== undefined);
const LIMITED = { RATE_LIMITS: mailing.map(([field]) => `${field}=5/1h`).join(',') };
const openMailing = mailing.filter(([, { who }]) => who === 'anyone').map(([field]) => field);

let gateway: TestGateway;
/** A client that no limit has counted yet. */
let client: Ask;
let clients = 0;
const nextClient = () => {
  clients += 1;
  return { from: `198.51.100.${clients}` };
};
beforeAll(async () => {
  gateway = await sharedGateway({ env: LIMITED });
});
beforeEach(async () => {
  await rows(gateway, 'DELETE FROM rate_limits');
  client = nextClient();
});
afterAll(() => gateway.close());

async function limitedGateway(env: Record<string, string>, options: TestOptions = {}): Promise<TestGateway> {
  const opened = await testGateway({ env: { ...LIMITED, ...env }, ...options });
  const { redis } = opened.dependencies;
  await vi.waitFor(() => expect(redis?.status ?? 'ready').toBe('ready'));
  return opened;
}

interface Seen {
  type: string;
  /** What the headers say is left of the field's own limit. */
  left: number;
}

function seen({ data, headers }: Answer<object | null>): Seen {
  const [{ __typename: type }] = Object.values(data ?? {}) as [{ __typename: string }];
  return { type, left: Number(/;r=(\d+);/.exec(String(headers.ratelimit))?.[1]) };
}

const reset = async (email: string, ask = client, at = gateway) =>
  seen(await at.ask(RequestPasswordResetDocument, { input: { email } }, ask));
const signup = async (email: string, ask = client, username: string | null = null) =>
  seen(await gateway.ask(SignupDocument, { input: { email, password: PASSWORD, username } }, ask));
const change = async (token: string, address: string, at = gateway) =>
  seen(await at.ask(RequestEmailChangeDocument, { input: { newEmail: address, password: PASSWORD } }, { token }));

const isRefused = ({ type }: Seen) => type === 'AuthRateLimitProblem';

describe('X1: a call that mails an address, repeated within the cool-down', () => {
  it.each(openMailing)('counts once for the client: %s, of known and unknown addresses alike', async (field) => {
    const ask = async (email: string, from: Ask) => {
      const input = requiredInput(field, { email, password: PASSWORD });
      return seen(await gateway.send(documentOf(field), { input }, from));
    };
    const known = await quickUser(gateway);
    const unverified = await signedUp(gateway);
    const told = [];
    for (const email of [known.email, unverified.email, newEmail()]) {
      const from = nextClient();
      const answers = [];
      for (let times = 0; times < 6; times += 1) answers.push(await ask(email, from));
      expect(answers.map(({ left }) => left)).toEqual(Array(6).fill(4));
      for (let others = 0; others < 5; others += 1) answers.push(await ask(newEmail(), from));
      expect(answers.filter(isRefused)).toEqual([answers.at(-1)]);
      told.push(answers);
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });

  const redisUrl = inject('redisUrl');
  const stores: [string, Record<string, string>][] = [
    ['PostgreSQL', {}],
    ...(redisUrl === null ? [] : ([['Redis', { REDIS_URL: redisUrl }]] as [string, Record<string, string>][])),
  ];
  it.each(stores)('counts once where all come at once, in two processes, on %s', async (_store, env) => {
    const first = await limitedGateway(env);
    const second = await limitedGateway(env, { replicaOf: first });
    const { email } = await quickUser(first);
    const answers = await atOnce(12, (index) => reset(email, client, index % 2 === 0 ? first : second));
    expect(answers.filter(isRefused)).toEqual([]);
    expect((await mailsTo(first, email)).filter((mail) => mail === 'reset-password')).toHaveLength(1);
    expect((await reset(newEmail(), client, first)).left).toBe(3);
  });

  it('does not pass once the client has used up its window: neither after a refusal nor beside one', async () => {
    const { email } = await quickUser(gateway);
    for (let others = 0; others < 5; others += 1) await reset(newEmail());
    const answers = [await reset(email), ...(await atOnce(8, () => reset(email)))];
    expect(answers.filter(isRefused)).toHaveLength(9);
    expect(await mailsTo(gateway, email)).not.toContain('reset-password');
  });

  it('is still bounded, for the client alone', async () => {
    const email = newEmail();
    const answers = await atOnce(60, () => reset(email));
    expect(answers.filter((answer) => !isRefused(answer))).toHaveLength(50);
    expect((await reset(email, nextClient())).type).toBe('MailAccepted');
  });

  it('counts again after it', async () => {
    const quick = await limitedGateway({ CODE_RESEND_SECONDS: '1' });
    const email = newEmail();
    expect((await reset(email, client, quick)).left).toBe(4);
    await sleep(1_100);
    expect((await reset(email, client, quick)).left).toBe(3);
  });

  it('counts by the spellings of a mailbox where they are one account, and each by itself else', async () => {
    const merged = await limitedGateway({ EMAIL_DEDUPLICATION: 'provider' });
    const left = async (at: TestGateway) => {
      const found = [];
      for (const tag of ['a', 'b', 'c']) found.push((await reset(`Some.One+${tag}@gmail.com`, client, at)).left);
      return found;
    };
    expect([await left(merged), await left(gateway)]).toEqual([
      [4, 4, 4],
      [4, 3, 2],
    ]);
  });

  it('E4: does not tell what others asked for', async () => {
    const email = newEmail();
    await reset(email, nextClient());
    expect([(await reset(email)).left, (await reset(email)).left]).toEqual([4, 4]);
  });

  it('E2: has the price of two where a username is claimed, as the second tells whether the first was new', async () => {
    const email = newEmail();
    const left = [];
    for (const username of ['some-name', 'some-name', 'some-name', 'other-name']) {
      left.push((await signup(email, client, username)).left);
    }
    expect(left).toEqual([4, 3, 3, 2]);
  });
});

describe('X1: a change of address', () => {
  it('counts what is mailed: once for an address asked for again, and each time for two by turns', async () => {
    const { accessToken: token } = await signedInUser(gateway);
    const { email: taken } = await quickUser(gateway);
    const free = newEmail();
    const left = [];
    for (const address of [taken, taken, taken, free, free, taken, free, free]) {
      left.push((await change(token, address)).left);
    }
    expect(left).toEqual([4, 4, 4, 3, 3, 2, 1, 1]);
    expect(await mailsTo(gateway, free)).toEqual(['change-email', 'change-email']);
    expect((await change(token, newEmail())).left).toBe(0);
    expect([await change(token, newEmail()), await change(token, taken)].filter(isRefused)).toHaveLength(2);
  });

  it('counts once where the same one is asked for many times at once', async () => {
    const { accessToken: token } = await signedInUser(gateway);
    const address = newEmail();
    const answers = await atOnce(8, () => change(token, address));
    expect(answers.filter(isRefused)).toEqual([]);
    expect((await change(token, newEmail())).left).toBe(3);
  });
});
