import type { PostgreSqlConnection } from '@mikro-orm/postgresql';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchPool } from '../../src/database/pool-state.js';
import { testGateway } from '../support/app.js';
import { tcpProxy } from '../support/tcp-proxy.js';

const until = { timeout: 10_000, interval: 50 };
const SOON = { stuckAfterMilliseconds: 400, lookEveryMilliseconds: 100 };

it('B0: a process whose pool gives no connection any more is not alive, while the database is there', async () => {
  const gateway = await testGateway({ env: { DATABASE_POOL_MAX: '2' } });
  const { orm, readiness, logger } = gateway.dependencies;
  const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
  const state = watchPool(pool, { connect: readiness.check, logger, ...SOON });
  onTestFinished(() => state.close());
  gateway.dependencies.poolState.isStuck = state.isStuck;
  const live = async () => (await gateway.inject({ url: '/health/live' })).statusCode;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await live()).toBe(200);
  const leaked = [await pool.connect(), await pool.connect()];
  await vi.waitFor(async () => expect(await live()).toBe(503), until);
  expect(gateway.logLines.join('')).toContain('no connection has been returned to the pool');
  for (const client of leaked) client.release();
  await vi.waitFor(async () => expect(await live()).toBe(200), until);
});

it('B0: it stays alive while the database is away, and while a pool is merely busy', async () => {
  const { dependencies } = await testGateway({});
  const proxy = await tcpProxy(dependencies.databaseUrl);
  const pool = new pg.Pool({ connectionString: proxy.url, max: 2, connectionTimeoutMillis: 300 });
  pool.on('error', () => undefined);
  onTestFinished(() => pool.end());
  const connect = async () => {
    const client = new pg.Client({ connectionString: proxy.url, connectionTimeoutMillis: 300 });
    await client.connect();
    await client.end();
  };
  const state = watchPool(pool, { connect, logger: dependencies.logger, ...SOON });
  onTestFinished(() => state.close());
  const busy = Array.from({ length: 12 }, () => pool.query('SELECT pg_sleep(0.2)').catch(() => undefined));
  expect(state.isFull()).toBe(true);
  await Promise.all(busy);
  expect(state.isStuck()).toBe(false);
  await proxy.cut();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(state.isStuck()).toBe(false);
});

it('a pool with an idle connection is not full, however soon it is asked', async () => {
  const { dependencies } = await testGateway({});
  const pool = new pg.Pool({ connectionString: dependencies.databaseUrl, max: 2 });
  onTestFinished(() => pool.end());
  const connect = async () => undefined;
  const state = watchPool(pool, { connect, logger: dependencies.logger, stuckAfterMilliseconds: 60_000 });
  onTestFinished(() => state.close());
  await pool.query('SELECT 1');
  const [one, other] = [pool.query('SELECT 1'), pool.query('SELECT 1')];
  expect(state.isFull()).toBe(false);
  const third = pool.query('SELECT 1');
  expect(state.isFull()).toBe(true);
  await Promise.all([one, other, third]);
  expect(state.isFull()).toBe(false);
});
