import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import { connectRedis } from '../../src/lib/redis.js';
import { SignupDocument } from '../generated/operations.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { type Certificates, certificateOf, makeCertificates } from '../support/certificates.js';
import { whenFinished } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { type MailServer, mailServer } from '../support/mail-server.js';
import { freePort } from '../support/ports.js';
import { redisCluster, redisServer } from '../support/redis-server.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { WIDE_LIMITS } from '../support/two-processes.js';

async function signUp(gateway: TestGateway, email: string): Promise<string> {
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  return expectType(data.signup, 'SignupAccepted').mailStatus;
}

async function queueState(gateway: TestGateway): Promise<string> {
  return (await gateway.inject({ url: '/health/ready' })).json().parts.queue;
}

async function startSentinel(masterPort: number, tls?: Certificates): Promise<number> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
  const file = join(folder, 'sentinel.conf');
  const secure = (of: Certificates) => [
    'port 0',
    `tls-port ${port}`,
    `tls-ca-cert-file ${of.ca}`,
    `tls-cert-file ${of.certificate}`,
    `tls-key-file ${of.key}`,
    'tls-auth-clients no',
    'tls-replication yes',
    'sentinel resolve-hostnames yes',
    'sentinel announce-hostnames yes',
  ];
  const lines = [
    ...(tls === undefined ? [`port ${port}`] : secure(tls)),
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor main ${tls === undefined ? '127.0.0.1' : 'localhost'} ${masterPort} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 3000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  whenFinished(() => void child.kill('SIGTERM'));
  return port;
}

/** Signs up again and again; `arriveOnce` ends it and waits for each mail. */
function startTraffic(gateway: TestGateway) {
  const accepted: string[] = [];
  let isOver = false;
  const traffic = (async () => {
    while (!isOver) {
      const email = newEmail();
      await signUp(gateway, email);
      accepted.push(email);
      await sleep(100);
    }
  })();
  return {
    accepted,
    async arriveOnce(server: MailServer) {
      isOver = true;
      await traffic;
      await eventually(
        () => expect(server.taken().flatMap(({ to }) => to)).toEqual(expect.arrayContaining(accepted)),
        40_000,
      );
      for (const email of accepted) expect(server.taken(email)).toHaveLength(1);
    },
  };
}

/** Warnings that are told once for each mail are no flood. */
function warnings(gateway: TestGateway): number {
  return gateway.logLines.filter((line) => line.includes('"level":40') && !line.includes('"outboxId"')).length;
}

describe.skipIf(inject('redisUrl') === null)('a Redis that answers and takes no write', () => {
  it('is told while it is full, and the mail goes out once it is not', async () => {
    const [redis, server] = await Promise.all([redisServer(), mailServer()]);
    const gateway = await testGateway({ worker: true, env: { REDIS_URL: redis.url, SMTP_URL: server.url } });
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    const client = redis.client();
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
    const client = redis.client();
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

  it('is followed by its sentinels under traffic, and each mail arrives once', async () => {
    const [redis, replica, server] = await Promise.all([redisServer(), redisServer(), mailServer()]);
    const follower = replica.client();
    await follower.replicaof('127.0.0.1', redis.port);
    const sentinel = await startSentinel(redis.port);
    await eventually(async () =>
      expect(await redis.client().role()).toMatchObject(['master', expect.anything(), [expect.anything()]]),
    );
    // The first of the list is not there.
    const REDIS_URL = `redis+sentinel://127.0.0.1:${await freePort()},127.0.0.1:${sentinel}/main`;
    const gateway = await testGateway({ worker: true, env: { REDIS_URL, SMTP_URL: server.url } });
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    const traffic = startTraffic(gateway);
    const watcher = new Redis(sentinel);
    whenFinished(() => watcher.disconnect());
    await eventually(async () => expect(await watcher.call('SENTINEL', 'failover', 'main')).toBe('OK'));
    await eventually(async () => expect((await follower.role())[0]).toBe('master'));
    await redis.stop();
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    // What was found out of the queue is remembered for a second, so the first may still be put off.
    await eventually(async () => expect(await signUp(gateway, newEmail())).toBe('QUEUED'));
    await traffic.arriveOnce(server);
  });
});

async function expectServing(gateway: TestGateway, received: MailServer): Promise<void> {
  await eventually(async () => {
    const { parts } = (await gateway.inject({ url: '/health/ready' })).json();
    expect(parts).toMatchObject({ queue: 'up', cache: 'up' });
  });
  const emails = Array.from({ length: 5 }, newEmail);
  await Promise.all(emails.map((email) => eventually(async () => expect(await signUp(gateway, email)).toBe('QUEUED'))));
  for (const email of emails) await received.waitFor(1, { to: email });
}

describe.skipIf(inject('redisUrl') === null)('a Redis of another shape', () => {
  it('is a cluster, whose nodes share queue and limits', async () => {
    const [nodes, server] = await Promise.all([redisCluster(), mailServer()]);
    const [first, second] = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const env = {
      REDIS_URL: `redis+cluster://${first},${second}`,
      SMTP_URL: server.url,
      RATE_LIMITS: 'login=3/1h',
    };
    const gateway = await testGateway({ worker: true, env });
    await expectServing(gateway, server);
    const login = async (identifier: string) =>
      (
        await gateway.send(`mutation { login(input: { identifier: "${identifier}", password: "x" }) {
        __typename ... on AuthProblem { code } } }`)
      ).body;
    for (let count = 0; count < 3; count += 1) expect(await login('a@example.com')).toContain('INVALID_CREDENTIALS');
    expect(await login('a@example.com')).toContain('RATE_LIMITED');
    const sizes = await Promise.all(nodes.map(async ({ client }) => await client().dbsize()));
    expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(1);
    // No counter fell back to the database.
    const [counters] = await gateway.dependencies.query(
      { name: 'counters', text: "SELECT count(*) FROM rate_limits WHERE key LIKE 'login:%'" },
      [],
    );
    expect(counters?.count).toBe('0');
    expect(gateway.logLines.filter((line) => line.includes('CROSSSLOT'))).toEqual([]);
  });

  it('is a cluster over TLS that loses the node of the queues under traffic, and each mail arrives once', async () => {
    const tls = certificateOf('localhost');
    const [nodes, server] = await Promise.all([redisCluster({ replicas: true, tls }), mailServer()]);
    const [one, other] = nodes.slice(0, 2).map(({ port }) => `localhost:${port}`);
    const REDIS_URL = `rediss+cluster://${one},${other}?sslrootcert=${tls.ca}`;
    const env = { REDIS_URL, SMTP_URL: server.url, RATE_LIMITS: WIDE_LIMITS };
    const gateway = await testGateway({ worker: true, env });
    await expectServing(gateway, server);
    const slot = Number(await nodes[0]?.client().call('CLUSTER', 'KEYSLOT', '{gatehouse}'));
    const index = Math.floor((slot * 3) / 16_384);
    const [lost, heir] = [nodes[index], nodes[index + 3]];
    const heirs = heir?.client();
    const before = warnings(gateway);
    const traffic = startTraffic(gateway);
    await eventually(() => expect(traffic.accepted.length).toBeGreaterThan(3));
    await lost?.stop('SIGKILL');
    await eventually(async () => expect((await heirs?.role())?.[0]).toBe('master'), 20_000);
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    await eventually(async () => expect(await signUp(gateway, newEmail())).toBe('QUEUED'));
    await traffic.arriveOnce(server);
    expect(warnings(gateway) - before).toBeLessThan(15);
  }, 60_000);

  it('is known by sentinels over TLS, and followed', async () => {
    const folder = temporaryDirectory('certificate');
    whenFinished(() => rmSync(folder, { recursive: true, force: true }));
    const tls = makeCertificates(folder, 'DNS:localhost', 'IP:127.0.0.1');
    const parameters = ['--tls-replication', 'yes', '--replica-announce-ip', 'localhost'];
    const [redis, replica, server] = await Promise.all([
      redisServer({ tls, parameters }),
      redisServer({ tls, parameters }),
      mailServer(),
    ]);
    const follower = replica.client();
    await follower.replicaof('localhost', redis.port);
    const sentinel = await startSentinel(redis.port, tls);
    await eventually(async () =>
      expect(await redis.client().role()).toMatchObject(['master', expect.anything(), [expect.anything()]]),
    );
    const REDIS_URL = `rediss+sentinel://localhost:${sentinel}/main?sslrootcert=${tls.ca}`;
    const gateway = await testGateway({ worker: true, env: { REDIS_URL, SMTP_URL: server.url } });
    await expectServing(gateway, server);
    const traffic = startTraffic(gateway);
    await redis.stop('SIGKILL');
    await eventually(async () => expect((await follower.role())[0]).toBe('master'), 20_000);
    await eventually(async () => expect(await queueState(gateway)).toBe('up'));
    await traffic.arriveOnce(server);
  }, 60_000);

  it('speaks TLS by a CA of its own, and is not trusted without it or under another name', async () => {
    const [right, wrong] = [certificateOf('localhost'), certificateOf('elsewhere.example')];
    const [redis, other, server] = await Promise.all([
      redisServer({ tls: right }),
      redisServer({ tls: wrong }),
      mailServer(),
    ]);
    const gateway = await testGateway({ worker: true, env: { REDIS_URL: redis.url, SMTP_URL: server.url } });
    await expectServing(gateway, server);
    const untrusted = `rediss://localhost:${redis.port}`;
    // A connection that ends during its handshake must not end the process; the runner tells of an error nobody hears.
    const { logger } = gateway.dependencies;
    for (let count = 0; count < 80; count += 1) {
      const client = connectRedis(count % 2 === 0 ? redis.url : untrusted, 'command', logger);
      await sleep(count / 8);
      client.disconnect();
    }
    for (const REDIS_URL of [untrusted, other.url]) {
      const refused = await testGateway({ env: { REDIS_URL } });
      await eventually(() => expect(refused.logLines.join('')).toMatch(/certificate|altnames/i));
      expect(await queueState(refused)).toBe('degraded');
    }
  });
});
