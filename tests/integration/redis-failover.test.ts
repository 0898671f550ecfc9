import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import { SignupDocument } from '../generated/operations.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { whenFinished } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { mailServer } from '../support/mail-server.js';
import { freePort } from '../support/ports.js';
import { redisServer } from '../support/redis-server.js';

async function signUp(gateway: TestGateway, email: string): Promise<string> {
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  return expectType(data.signup, 'SignupAccepted').mailStatus;
}

async function queueState(gateway: TestGateway): Promise<string> {
  return (await gateway.inject({ url: '/health/ready' })).json().parts.queue;
}

function admin(url: string): Redis {
  const client = new Redis(url);
  client.on('error', () => undefined);
  whenFinished(() => client.disconnect());
  return client;
}

async function startSentinel(masterPort: string): Promise<number> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds main 1000',
    'sentinel failover-timeout main 5000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  whenFinished(() => void child.kill('SIGTERM'));
  return port;
}

describe.skipIf(inject('redisUrl') === null)('a Redis that answers and takes no write', () => {
  it('is told while it is full, and the mail goes out once it is not', async () => {
    const [redis, server] = await Promise.all([redisServer(), mailServer()]);
    const gateway = await testGateway({ worker: true, env: { REDIS_URL: redis.url, SMTP_URL: server.url } });
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    const client = admin(redis.url);
    await client.config('SET', 'maxmemory', '1');
    await eventually(async () => expect(await queueState(gateway)).toBe('degraded'));
    const email = newEmail();
    expect(await signUp(gateway, email)).toBe('DEFERRED');
    await client.config('SET', 'maxmemory', '0');
    await server.waitFor(1, { to: email, milliseconds: 30_000 });
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
  });

  it('is left for its successor once it is demoted', async () => {
    const [redis, successor, server] = await Promise.all([redisServer(), redisServer(), mailServer()]);
    const gateway = await testGateway({ worker: true, env: { REDIS_URL: redis.url, SMTP_URL: server.url } });
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    const client = admin(redis.url);
    const connections = async () => /total_connections_received:(\d+)/.exec(await client.info('stats'))?.[1];
    const before = Number(await connections());
    await client.replicaof('127.0.0.1', new URL(successor.url).port);
    await eventually(async () => expect(await queueState(gateway)).toBe('degraded'));
    const email = newEmail();
    expect(await signUp(gateway, email)).toBe('DEFERRED');
    // The same name leads to the successor by then, so every connection has to be a new one.
    await eventually(async () => expect(Number(await connections())).toBeGreaterThan(before + 3));
    await client.replicaof('NO', 'ONE');
    await server.waitFor(1, { to: email, milliseconds: 30_000 });
  });

  it('is followed by its sentinels', async () => {
    const [redis, replica, server] = await Promise.all([redisServer(), redisServer(), mailServer()]);
    const { port } = new URL(redis.url);
    const follower = admin(replica.url);
    await follower.replicaof('127.0.0.1', port);
    const sentinel = await startSentinel(port);
    await eventually(async () =>
      expect(await admin(redis.url).role()).toMatchObject(['master', expect.anything(), [expect.anything()]]),
    );
    const env = { REDIS_URL: `redis+sentinel://127.0.0.1:${sentinel}/main`, SMTP_URL: server.url };
    const gateway = await testGateway({ worker: true, env });
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    const watcher = admin(`redis://127.0.0.1:${sentinel}`);
    await eventually(async () => expect(await watcher.call('SENTINEL', 'failover', 'main')).toBe('OK'));
    await eventually(async () => expect((await follower.role())[0]).toBe('master'));
    await redis.stop();
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    // What was found out of the queue is remembered for a second, so the first may still be put off.
    const email = await eventually(async () => {
      const next = newEmail();
      expect(await signUp(gateway, next)).toBe('QUEUED');
      return next;
    });
    await server.waitFor(1, { to: email, milliseconds: 30_000 });
  });
});
