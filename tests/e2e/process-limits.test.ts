import { beforeAll, describe, expect, inject, it } from 'vitest';
import { operations } from '../../src/operations/all.js';
import { LoginDocument } from '../generated/operations.js';
import { databaseText } from '../support/all-data.js';
import { setUpShared } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { callOf, mutationInputs } from '../support/operation-calls.js';
import type { ChildGateway } from '../support/process.js';
import { account, login, mailsAreOut, type TwoProcesses, tally, twoProcesses } from '../support/two-processes.js';

const WRONG = 'Wrong-Horse-7-Staple';
/** Where the owners of the accounts are, apart from all that is counted. */
const HOME = '192.0.2.1';

let parts: TwoProcesses;

const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const gatewayOf = (index: number): ChildGateway => parts.both[index % 2 === 0 ? 0 : 1];

/** What an answer says of a limit: how many tries are left. */
function leftOf(headers: Headers, name: string): number {
  return Number(new RegExp(`"${name}";r=(\\d+);`).exec(headers.get('ratelimit') ?? '')?.[1]);
}

/** The rows of our own tables; the queue's are in Redis. */
async function ownRows(): Promise<string[]> {
  return (await databaseText(parts.databaseUrl))
    .split('\n')
    .filter((line) => line.startsWith('public.'))
    .sort();
}

/** So many calls of a field in one document, by each way to write them. */
function batches(call: string, count: number): Record<string, string> {
  const aliased = times(count).map((index) => `a${index}: ${call}`);
  return {
    aliases: `mutation { ${aliased.join(' ')} }`,
    'one named fragment': `mutation { ...f } fragment f on Mutation { ${aliased.join(' ')} }`,
    'inline fragments': `mutation { ${aliased.map((one) => `... on Mutation { ${one} }`).join(' ')} }`,
    'many named fragments': [
      `mutation { ${times(count)
        .map((index) => `...f${index}`)
        .join(' ')} }`,
      ...aliased.map((one, index) => `fragment f${index} on Mutation { ${one} }`),
    ].join(' '),
  };
}

describe.skipIf(inject('redisUrl') === null)('on two processes', () => {
  beforeAll(async () => {
    const shared = await setUpShared(() => twoProcesses({ RATE_LIMITS: 'on' }));
    ({ parts } = shared);
    return shared.close;
  });

  it('G4, L1: a hundred tries in one request, or two, are refused before one is counted or compared', async () => {
    const from = '198.51.100.10';
    const { email } = await account(parts, {}, { from: HOME });
    const inputs = Object.fromEntries(mutationInputs);
    const fields = Object.entries({ ...inputs, login: { identifier: email, password: PASSWORD } }).filter(
      ([field]) => operations.Mutation[field]?.credential,
    );
    await mailsAreOut(parts);
    // The first run of the hourly job writes the numbers of the overview.
    await eventually(async () => expect(await parts.rows('SELECT FROM account_gauges')).not.toEqual([]));
    const before = await ownRows();
    for (const [field, input] of fields) {
      const call = callOf(field, input);
      const hundreds = Object.entries(batches(call, 100)).slice(0, 2);
      const documents = [...Object.entries(batches(call, 2)), ...hundreds];
      const answers = await Promise.all(
        parts.both.flatMap((gateway) =>
          documents.map(async ([way, text]) => ({ way, ...(await gateway.send(text, {}, { from })) })),
        ),
      );
      for (const { way, status, data, headers } of answers) {
        expect([field, way, status, data, headers.get('ratelimit')]).toEqual([field, way, 400, undefined, null]);
      }
    }
    expect(await ownRows()).toEqual(before);
    const single = await parts.other.ask(
      LoginDocument,
      { input: { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' } },
      { from },
    );
    expectType(single.data.login, 'LoginSuccess');
    expect(leftOf(single.headers, 'login-client')).toBe(24);
    expect(single.headers.get('ratelimit')).not.toContain('login-account');
  });

  it('L3, X1: of one password on many accounts from one address 25 are compared, over both together', async () => {
    const from = '198.51.100.20';
    const { email } = await account(parts, {}, { from: HOME });
    const names = [email, ...times(59).map(() => newEmail())];
    const sprayed = await Promise.all(
      names.map((identifier, index) => login(gatewayOf(index), identifier, WRONG, { from })),
    );
    expect(tally(sprayed)).toEqual({ InvalidCredentialsProblem: 25, AuthRateLimitProblem: 35 });
    for (const gateway of parts.both) {
      // Not even the right one any more, and the limits of others are their own.
      expectType(await login(gateway, email, PASSWORD, { from }), 'AuthRateLimitProblem');
      expectType(await login(gateway, email, PASSWORD, { from: HOME }), 'LoginSuccess');
    }
    const [counted] = await parts.rows<{ tries: number }>(
      "SELECT count(*)::int AS tries FROM audit_events WHERE ip_address = $1 AND type = 'LOGIN'",
      [from],
    );
    expect(counted?.tries).toBe(25);
  });

  it('L1, L2, X1: of tries from many addresses five are compared and ten let in, and the owner’s device gets in all the same', async () => {
    const { email } = await account(parts, {}, { from: HOME });
    const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' as const };
    const first = await parts.one.ask(LoginDocument, { input: { ...input, deviceToken: '' } }, { from: HOME });
    const { deviceToken } = expectType(first.data.login, 'LoginSuccess');
    expect(deviceToken).toMatch(/^[\w-]{64}$/);

    for (const identifier of [email, newEmail()]) {
      // The owner's own sign-in gave its point back.
      const unused = 10;
      const guesses = await Promise.all(
        times(40).map((index) =>
          login(gatewayOf(index), identifier, `${WRONG}${index}`, { from: `203.0.113.${index}` }),
        ),
      );
      expect(tally(guesses)).toEqual({
        InvalidCredentialsProblem: 5,
        AccountLockedProblem: unused - 5,
        AuthRateLimitProblem: 40 - unused,
      });
    }
    const stranger = await login(parts.one, email, PASSWORD, { from: '203.0.113.99' });
    expect(stranger.__typename).toBe('AuthRateLimitProblem');
    const owner = await parts.other.ask(LoginDocument, { input: { ...input, deviceToken } }, { from: HOME });
    expectType(owner.data.login, 'LoginSuccess');
  });
});
