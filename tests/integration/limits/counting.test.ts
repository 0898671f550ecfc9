import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { LoginDocument, SignupDocument } from '../../generated/operations.js';
import { type TestGateway, type TestOptions, testGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

const redisUrl = inject('redisUrl');
const stores: [string, Record<string, string> | null][] = [
  ['PostgreSQL', {}],
  ['Redis', redisUrl === null ? null : { REDIS_URL: redisUrl }],
];
const RATE_LIMITS = 'login=5/1h,login:account=1000/1h,signup=5/1h';

/** A gateway that has found its store: until Redis answers, PostgreSQL counts. */
async function connected(options: TestOptions): Promise<TestGateway> {
  const gateway = await testGateway(options);
  const { redis } = gateway.dependencies;
  await vi.waitFor(() => expect(redis?.status ?? 'ready').toBe('ready'));
  return gateway;
}

async function countOf(gateway: TestGateway, table: string): Promise<unknown> {
  const text = `SELECT count(*)::int AS count FROM ${table}`;
  return (await gateway.dependencies.query({ name: `count-${table}`, text }, []))[0]?.count;
}

async function login(gateway: TestGateway, identifier: string, from = '192.0.2.1'): Promise<string> {
  const { data } = await gateway.ask(LoginDocument, { input: { identifier, password: 'wrong' } }, { from });
  return data.login.__typename;
}

function tally(results: string[]): Record<string, number> {
  return Object.fromEntries([...new Set(results)].map((one) => [one, results.filter((other) => other === one).length]));
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

// Redis is skipped where there is none; the run says by what command it is installed.
describe.each(stores.filter(([, env]) => env !== null) as [string, Record<string, string>][])(
  'X1, L1: on %s',
  (store, env) => {
    it('lets exactly 5 of 50 parallel tries through', async () => {
      const gateway = await connected({ env: { RATE_LIMITS, ...env } });
      const results = await Promise.all(times(50).map((index) => login(gateway, `nobody-${index}`)));
      expect(tally(results)).toEqual({ InvalidCredentialsProblem: 5, AuthRateLimitProblem: 45 });
      expect(await login(gateway, 'nobody', '192.0.2.2')).toBe('InvalidCredentialsProblem');
      // Readiness keeps a row of its own there.
      expect(Number(await countOf(gateway, "rate_limits WHERE key <> 'readiness'")) > 0).toBe(store === 'PostgreSQL');
    });

    it('lets exactly 5 of 50 through two replicas', async () => {
      const one = await connected({ env: { RATE_LIMITS, ...env } });
      const other = await connected({ replicaOf: one, env: { RATE_LIMITS, ...env } });
      const results = await Promise.all(times(50).map((index) => login(index % 2 ? one : other, `nobody-${index}`)));
      expect(tally(results)).toEqual({ InvalidCredentialsProblem: 5, AuthRateLimitProblem: 45 });
    });

    it('makes 5 accounts of 20 parallel sign-ups', async () => {
      const gateway = await connected({ env: { RATE_LIMITS, ...env } });
      const results = await Promise.all(
        times(20).map(async () => {
          const { data } = await gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } });
          return data.signup.__typename;
        }),
      );
      expect(tally(results)).toEqual({ SignupAccepted: 5, AuthRateLimitProblem: 15 });
      expect(await countOf(gateway, 'users')).toBe(5);
    });

    it('counts aliases as the calls that they are', async () => {
      const gateway = await connected({ env: { RATE_LIMITS: 'authConfig=5/1h', ...env } });
      const aliases = (count: number) => times(count).map((index) => `a${index}: authConfig { codeLength }`);
      const first = await gateway.send(`{ ${aliases(4).join(' ')} }`);
      expect(first.errors).toEqual([]);
      const second = await gateway.send(`{ ${aliases(2).join(' ')} }`);
      expect(second.errors.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMITED']);
      expect(second.status).toBe(429);
    });

    it.each([7_200_000, -7_200_000])('keeps its windows where this machine’s clock is %d ms off', async (offset) => {
      const gateway = await connected({ env: { RATE_LIMITS: 'login=1/1h,login:account=1000/1h', ...env } });
      expect(await login(gateway, 'nobody')).toBe('InvalidCredentialsProblem');
      const { now } = Date;
      const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + offset);
      onTestFinished(() => clock.mockRestore());
      const input = { identifier: 'nobody', password: 'wrong' };
      const { data } = await gateway.ask(LoginDocument, { input }, { from: '192.0.2.1' });
      const { retryAfterSeconds } = expectType(data.login, 'AuthRateLimitProblem');
      expect(retryAfterSeconds).toBeGreaterThan(3_500);
      expect(retryAfterSeconds).toBeLessThan(3_601);
    });

    it('opens again when the window ends', async () => {
      const gateway = await connected({ env: { RATE_LIMITS: 'login=1/3s,login:account=1000/1h', ...env } });
      expect(await login(gateway, 'nobody')).toBe('InvalidCredentialsProblem');
      expect(await login(gateway, 'nobody')).toBe('AuthRateLimitProblem');
      await sleep(3_100);
      expect(await login(gateway, 'nobody')).toBe('InvalidCredentialsProblem');
    });
  },
);

if (redisUrl === null) it.skip('X1, L1: on Redis: none is installed (apt-get install redis-server)');

describe('RATE_LIMITS', () => {
  it('replaces the windows of a field, or of one scope of it', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'login=3/1m,login:account=2/1m' } });
    const results = [];
    for (const identifier of ['a', 'a', 'a', 'b']) results.push(await login(gateway, identifier));
    const [open, closed] = ['InvalidCredentialsProblem', 'AuthRateLimitProblem'];
    expect(results).toEqual([open, open, closed, closed]);
  });

  it('holds every window where several are given, each with its own count', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'login=3/4s,login=5/1h,login:account=1000/1h' } });
    const results = [];
    // Names of their own, as the tries of one are held back ever longer.
    for (const index of times(4)) results.push(await login(gateway, `first-${index}`));
    await sleep(4_100);
    for (const index of times(3)) results.push(await login(gateway, `second-${index}`));
    const [open, closed] = ['InvalidCredentialsProblem', 'AuthRateLimitProblem'];
    // The fourth met the short window and was not counted by the long one.
    expect(results).toEqual([open, open, open, closed, open, open, closed]);
  });

  it('limits nothing when off', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'off' } });
    const results = await Promise.all(times(30).map((_, index) => login(gateway, `nobody-${index}`)));
    expect(tally(results)).toEqual({ InvalidCredentialsProblem: 30 });
  });
});
