import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { accountOf, rows, signedUp } from '../support/accounts.js';
import { watchRedis } from '../support/all-data.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { digestOf, rangeServer } from '../support/range-server.js';
import { redisServer } from '../support/redis-server.js';

const BREACHED = 'Larkspur-29-Breached!';
const DIGEST = digestOf(BREACHED);
const withRedis = describe.skipIf(inject('redisUrl') === null);

async function breachedAt(gateway: TestGateway, email: string): Promise<Date | null | undefined> {
  return (await accountOf(gateway, email))?.passwordBreachedAt;
}

async function allMarked(gateway: TestGateway, emails: string[], milliseconds?: number): Promise<void> {
  const marked = async (email: string) => expect(await breachedAt(gateway, email)).toBeInstanceOf(Date);
  await eventually(() => Promise.all(emails.map(marked)), milliseconds);
}

/** Everything that a schema of the database holds. */
async function dumpOf(gateway: TestGateway, schema: string): Promise<string> {
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema = $1`,
    [schema],
  );
  let dump = '';
  for (const { name } of tables) dump += JSON.stringify((await client.query(`SELECT * FROM ${name}`)).rows);
  await client.end();
  return dump;
}

async function twoWorkersLookUpEachOnce(env: Record<string, string>): Promise<void> {
  const server = await rangeServer([BREACHED]);
  const settings = { HIBP_BASE_URL: server.url, ...env };
  const first = await testGateway({ worker: true, env: settings });
  const second = await testGateway({ worker: true, replicaOf: first, env: settings });
  const gateways = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? first : second));
  const accounts = await Promise.all(gateways.map((gateway) => signedUp(gateway, { password: BREACHED })));
  const emails = accounts.map(({ email }) => email);
  await allMarked(first, emails);
  const text = `SELECT recipient FROM outbox_messages WHERE mail = 'password-breached'`;
  const told = await rows<{ recipient: string }>(first, text);
  expect(told.map(({ recipient }) => recipient).sort()).toEqual(emails.sort());
  expect(server.asked).toHaveLength(20);
}

it('looks each password up once by two workers on the queue of the database', async () => {
  await twoWorkersLookUpEachOnce({});
});

it('Q1: puts no password and no digest into the database in clear, nor into its queue or the log', async () => {
  const server = await rangeServer([BREACHED]);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const { email } = await signedUp(gateway, { password: BREACHED });
  await eventually(() => expect(server.asked).toHaveLength(1));
  const id = (await accountOf(gateway, email))?.id ?? '';
  const [queue, tables] = [await dumpOf(gateway, 'bullmq'), await dumpOf(gateway, 'public')];
  expect(queue).toContain('check-password');
  expect(queue).toContain(id);
  expect(tables).toContain('sealed_digest');
  resolve();
  await allMarked(gateway, [email]);
  const after = [await dumpOf(gateway, 'bullmq'), await dumpOf(gateway, 'public')];
  const said = [queue, tables, ...after, ...gateway.logLines].join('\n').toUpperCase();
  const bytes = Buffer.from(DIGEST, 'hex');
  const forms = [BREACHED.toUpperCase(), DIGEST, DIGEST.slice(5), bytes.toString('base64').toUpperCase()];
  for (const form of forms) expect(said).not.toContain(form);
});

withRedis('on Redis', () => {
  it('looks each password up once by two workers', async () => {
    const redis = await redisServer();
    await twoWorkersLookUpEachOnce({ REDIS_URL: redis.url });
  });

  it('looks passwords up once Redis is back that were set while it was away', async () => {
    const [redis, server] = await Promise.all([redisServer(), rangeServer([BREACHED])]);
    const gateway = await testGateway({ worker: true, env: { REDIS_URL: redis.url, HIBP_BASE_URL: server.url } });
    const before = await signedUp(gateway, { password: BREACHED });
    await allMarked(gateway, [before.email]);
    await redis.stop();
    await eventually(() => expect(gateway.dependencies.passwordCheckQueue.isReady()).toBe(false));
    const from = performance.now();
    const during = [await signedUp(gateway, { password: BREACHED }), await signedUp(gateway, { password: BREACHED })];
    expect(performance.now() - from).toBeLessThan(6_000);
    expect(server.asked).toHaveLength(1);
    await redis.start();
    gateway.clock.advance(4); // what the request hands over itself is left to it for a while
    await allMarked(
      gateway,
      during.map(({ email }) => email),
      20_000,
    );
    expect(server.asked).toHaveLength(3);
  }, 40_000);

  it('Q1: puts no password and no digest into Redis', async () => {
    const [redis, server] = await Promise.all([redisServer(), rangeServer([BREACHED])]);
    const watched = await watchRedis(redis.url);
    const gateway = await testGateway({ worker: true, env: { REDIS_URL: redis.url, HIBP_BASE_URL: server.url } });
    const { email } = await signedUp(gateway, { password: BREACHED });
    await allMarked(gateway, [email]);
    const client = new Redis(redis.url);
    const jobs = await eventually(async () => {
      const keys = await client.keys('bull:password-check:*-*-*-*-*');
      expect(keys).toEqual([]);
      return keys;
    });
    client.disconnect();
    const said = watched.stop().toUpperCase();
    expect(said).toContain('CHECK-PASSWORD');
    for (const form of [BREACHED.toUpperCase(), DIGEST, DIGEST.slice(0, 5), DIGEST.slice(5)]) {
      expect(said).not.toContain(form);
    }
    expect(jobs).toEqual([]);
  });
});
