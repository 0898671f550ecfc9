import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { OutboxMessage } from '../../src/entities/outbox-message.js';
import { startWorkers } from '../../src/workers/start-workers.js';
import { SignupDocument } from '../generated/operations.js';
import { sharedGateway, type TestGateway, testGateway } from '../support/app.js';
import { setUpShared } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { type MailServer, mailServer } from '../support/mail-server.js';
import { type RedisServer, redisServer } from '../support/redis-server.js';

async function signUp(gateway: TestGateway, email = newEmail()): Promise<{ email: string; mailStatus: string }> {
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  return { email, mailStatus: expectType(data.signup, 'SignupAccepted').mailStatus };
}

async function queueState(gateway: TestGateway): Promise<string> {
  return (await gateway.inject({ url: '/health/ready' })).json().parts.queue;
}

/** Has every client but this one connect anew. */
async function cutOthers(client: Redis): Promise<void> {
  for (const type of ['normal', 'pubsub']) await client.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
}

interface Fault {
  begin(client: Redis): Promise<unknown>;
  end(client: Redis): Promise<unknown>;
}

/** What a Redis may come to while its port answers. */
const FAULTS: Record<string, Fault> = {
  'whose snapshot failed (MISCONF)': {
    async begin(client) {
      const [, folder = ''] = (await client.config('GET', 'dir')) as string[];
      mkdirSync(join(folder, 'in-the-way'));
      await client.config('SET', 'dbfilename', 'in-the-way');
      await client.config('SET', 'save', '3600 1');
      await client.bgsave();
      await eventually(async () => expect(await client.info('persistence')).toContain('rdb_last_bgsave_status:err'));
    },
    // With a snapshot to write it would not end, either.
    end: (client) => client.config('SET', 'save', ''),
  },
  'that waits for its replicas (NOREPLICAS)': {
    begin: (client) => client.config('SET', 'min-replicas-to-write', '1'),
    end: (client) => client.config('SET', 'min-replicas-to-write', '0'),
  },
  'whose password was changed (NOAUTH)': {
    async begin(client) {
      await client.config('SET', 'requirepass', 'another');
      await cutOthers(client);
    },
    end: (client) => client.config('SET', 'requirepass', ''),
  },
  'that lets us read alone (NOPERM)': {
    begin: (client) => client.call('ACL', 'SETUSER', 'default', '-@write'),
    end: (client) => client.call('ACL', 'SETUSER', 'default', '+@all'),
  },
  'that is busy with a script of somebody’s (BUSY)': {
    async begin(client) {
      await client.config('SET', 'busy-reply-threshold', '1');
      const other = client.duplicate();
      other.on('error', () => undefined);
      void other.eval('while true do end', 0).catch(() => other.disconnect());
      await eventually(async () => await expect(client.ping()).rejects.toThrow('BUSY'));
    },
    end: (client) => client.call('SCRIPT', 'KILL'),
  },
};

describe.skipIf(inject('redisUrl') === null)('a Redis', () => {
  let redis: RedisServer;
  let server: MailServer;
  let gateway: TestGateway;
  let client: Redis;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const parameters = ['--enable-protected-configs', 'yes'];
    const shared = await setUpShared(async () => {
      const parts = { redis: await redisServer({ parameters }), server: await mailServer() };
      return { ...parts, client: parts.redis.client() };
    });
    ({ redis, server, client } = shared.parts);
    close = shared.close;
    gateway = await sharedGateway({ worker: true, env: { REDIS_URL: redis.url, SMTP_URL: server.url } });
  });
  afterAll(async () => {
    await gateway.close();
    await close();
  });

  it.each(Object.entries(FAULTS))(
    '%s is told, and the mails go out once it is mended',
    async (_what, { begin, end }) => {
      await eventually(async () => expect(await queueState(gateway)).toBe('up'));
      await begin(client);
      await eventually(async () => expect(await queueState(gateway)).toBe('degraded'));
      const during = [await signUp(gateway), await signUp(gateway)];
      expect(during.map(({ mailStatus }) => mailStatus)).toEqual(['DEFERRED', 'DEFERRED']);
      await end(client);
      for (const { email } of during) await server.waitFor(1, { to: email });
      await eventually(async () => expect(await queueState(gateway)).toBe('up'));
      await eventually(async () => expect((await signUp(gateway)).mailStatus).toBe('QUEUED'));
    },
  );

  it.each([
    ['everything', (client: Redis) => client.flushall()],
    [
      'the jobs and not their order',
      async (client: Redis) => await client.del(...(await client.keys('bull:mail:*-*-*-*-*'))),
    ],
    ['the order of the jobs and not the jobs', (client: Redis) => client.del('bull:mail:wait', 'bull:mail:marker')],
  ])('that lost %s has every mail go out, once', async (_what, lose) => {
    // The workers of the other gateway would take the jobs and know nothing of their mails.
    const own = await redisServer();
    const client = own.client();
    const waiting = await testGateway({ env: { REDIS_URL: own.url, SMTP_URL: server.url } });
    const emails = [await signUp(waiting), await signUp(waiting)].map(({ email }) => email);
    await eventually(async () => expect(await client.llen('bull:mail:wait')).toBe(2));
    await lose(client);
    const worker = startWorkers(waiting.dependencies);
    try {
      for (const email of emails) await server.waitFor(1, { to: email });
      const em = waiting.dependencies.orm.em.fork();
      await eventually(async () => expect(await em.count(OutboxMessage, { status: 'PENDING' })).toBe(0));
      for (const email of emails) expect(server.taken(email)).toHaveLength(1);
    } finally {
      await worker.close();
    }
  });
});
