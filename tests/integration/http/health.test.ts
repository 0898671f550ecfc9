import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { describe, expect, inject, it, vi } from 'vitest';
import { createDatabaseReadiness } from '../../../src/database/readiness.js';
import { createFollowingClock } from '../../../src/lib/clock.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { createTestDatabase } from '../../support/database.js';
import { tcpProxy } from '../../support/tcp-proxy.js';

const redisUrl = inject('redisUrl');
const until = { timeout: 10_000, interval: 100 };

async function ready(gateway: TestGateway, url = '/health/ready') {
  const response = await gateway.inject({ url });
  return { status: response.statusCode, body: response.json(), text: response.body };
}

describe('health', () => {
  it('is ready with every part up, and tells no version or address', async () => {
    const gateway = await testGateway({ env: redisUrl === null ? {} : { REDIS_URL: redisUrl } });
    for (const url of ['/health/ready', '/health']) {
      await vi.waitFor(async () => expect((await ready(gateway, url)).body.status).toBe('up'), until);
      const { status, body, text } = await ready(gateway, url);
      expect(status).toBe(200);
      expect(Object.keys(body.parts).sort()).toEqual(
        ['cache', 'clock', 'connections', 'database', 'disk', 'mail', 'migrations', 'queue', 'revocations'].sort(),
      );
      expect(text).not.toMatch(/\d|postgres|redis|\//i);
    }
    expect((await gateway.inject({ url: '/health/live' })).json()).toEqual({ status: 'up' });
  });

  it.each([
    [
      'up',
      'where every part is outside',
      { SMTP_URL: 'smtp://127.0.0.1:9', SECRET_KEY: randomBytes(32).toString('hex') },
    ],
    ['degraded', 'where something is kept in it', {}],
  ])('the disk is %s without a folder %s', async (disk, _where, env) => {
    const gateway = await testGateway({ env });
    rmSync(gateway.dependencies.settings.dataDir, { recursive: true });
    expect((await ready(gateway)).body.parts.disk).toBe(disk);
  });

  it('is not ready before the migrations have run', async () => {
    const database = await createTestDatabase();
    const gateway = await testGateway({ env: { DATABASE_URL: database.url } });
    await gateway.dependencies.query({ name: 'unmigrate', text: 'DELETE FROM migrations' }, []);
    await vi.waitFor(async () => {
      expect(await ready(gateway)).toMatchObject({
        status: 503,
        body: { parts: { migrations: 'down', database: 'up' } },
      });
    }, until);
  });

  it('asks its parts together at most once in a while, however often it is asked', async () => {
    const gateway = await testGateway();
    const pending = vi.spyOn(gateway.dependencies.readiness, 'check');
    await Promise.all(Array.from({ length: 50 }, () => ready(gateway)));
    expect(pending.mock.calls.length).toBeLessThanOrEqual(3);
  });

  it.skipIf(redisUrl === null)('is degraded and serves while Redis is away', async () => {
    const proxy = await tcpProxy(redisUrl ?? '');
    const gateway = await testGateway({ env: { REDIS_URL: proxy.url } });
    await vi.waitFor(async () => expect((await ready(gateway)).body.parts.cache).toBe('up'), until);
    await proxy.cut();
    await vi.waitFor(async () => {
      expect(await ready(gateway)).toMatchObject({
        status: 200,
        body: { status: 'degraded', parts: { cache: 'degraded' } },
      });
    }, until);
    expect((await gateway.send('{ authConfig { codeLength } }')).status).toBe(200);
    await proxy.mend();
    await vi.waitFor(async () => expect((await ready(gateway)).body.parts.cache).toBe('up'), until);
  });
});

describe('readiness of the database', () => {
  it('is not ready while the database takes no write', async () => {
    const database = await createTestDatabase();
    const gateway = await testGateway({ env: { DATABASE_URL: database.url } });
    await vi.waitFor(async () => expect((await ready(gateway)).status).toBe(200), until);
    const name = new URL(database.url).pathname.slice(1);
    const { query } = gateway.dependencies;
    await query({ name: 'standby', text: `ALTER DATABASE ${name} SET default_transaction_read_only = on` }, []);
    const others =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()';
    await query({ name: 'cut', text: others }, [name]);
    await vi.waitFor(async () => {
      expect(await ready(gateway)).toMatchObject({ status: 503, body: { parts: { database: 'down' } } });
    }, until);
  });

  it('is not ready once it may not write a table', async () => {
    const database = await createTestDatabase();
    const gateway = await testGateway({ env: { DATABASE_URL: database.url } });
    await gateway.dependencies.query({ name: 'lock', text: 'ALTER TABLE rate_limits RENAME TO gone' }, []);
    await vi.waitFor(async () => expect((await ready(gateway)).status).toBe(503), until);
  });

  it('stays ready while every connection of the requests is taken, and says so', async () => {
    const gateway = await testGateway({ env: { DATABASE_POOL_MAX: '2' } });
    await vi.waitFor(async () => expect((await ready(gateway)).body.parts.database).toBe('up'), until);
    const { query } = gateway.dependencies;
    const sleepers = Array.from({ length: 3 }, () => query({ name: 'sleep', text: 'SELECT pg_sleep(3)' }, []));
    await vi.waitFor(async () => {
      expect(await ready(gateway)).toMatchObject({
        status: 200,
        body: { parts: { database: 'up', migrations: 'up', connections: 'degraded' } },
      });
    }, until);
    await Promise.all(sleepers);
  });

  it('measures this machine’s clock against the database’s', async () => {
    const { databaseUrl: url, logger } = (await testGateway()).dependencies;
    for (const [offset, isSkewed] of [
      [0, false],
      [3_600_000, true],
      [-3_600_000, true],
    ] as const) {
      const readiness = createDatabaseReadiness(
        { url, logger, clock: createFollowingClock() },
        () => Date.now() + offset,
      );
      expect(await readiness.check()).toMatchObject({ isSkewed });
      await readiness.close();
    }
  });

  it('is not ready with a clock that is an hour off', async () => {
    const gateway = await testGateway();
    const state = { isMigrated: true, isSkewed: true, skewMilliseconds: 3_600_000 };
    vi.spyOn(gateway.dependencies.readiness, 'check').mockResolvedValue(state);
    await vi.waitFor(async () => {
      expect(await ready(gateway)).toMatchObject({ status: 503, body: { parts: { clock: 'down' } } });
    }, until);
  });
});

describe('metrics', () => {
  it('are in the form of Prometheus, and count failures by code alone', async () => {
    const gateway = await testGateway();
    await gateway.send('mutation { login(input: { identifier: "canary@example.com", password: "x" }) { __typename } }');
    const { statusCode, headers, body } = await gateway.inject({ url: '/metrics' });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4; charset=utf-8$/);
    expect(body).toContain('gatehouse_problems_total{code="INVALID_CREDENTIALS"} 1');
    expect(body).toMatch(/^process_cpu_user_seconds_total /m);
    expect(body).not.toContain('canary');
  });
});
