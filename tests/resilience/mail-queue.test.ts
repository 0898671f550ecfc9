import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import { OutboxMessage } from '../../src/entities/outbox-message.js';
import { SignupDocument, VerifyEmailDocument } from '../generated/operations.js';
import { watchRedis } from '../support/all-data.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { codeIn, mailServer } from '../support/mail-server.js';
import { redisServer } from '../support/redis-server.js';

const withRedis = describe.skipIf(inject('redisUrl') === null);

async function signUp(gateway: TestGateway): Promise<{ email: string; mailStatus: string }> {
  const email = newEmail();
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  return { email, mailStatus: expectType(data.signup, 'SignupAccepted').mailStatus };
}

async function untilAllSent(gateway: TestGateway): Promise<void> {
  const em = gateway.dependencies.orm.em.fork();
  await eventually(async () => expect(await em.count(OutboxMessage, { status: 'PENDING' })).toBe(0), 25_000);
}

async function twoWorkersSendEachOnce(env: Record<string, string>): Promise<void> {
  const server = await mailServer();
  const first = await testGateway({ worker: true, env: { SMTP_URL: server.url, ...env } });
  const second = await testGateway({ worker: true, replicaOf: first, env: { SMTP_URL: server.url, ...env } });
  const gateways = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second));
  const signups = await Promise.all(gateways.map(signUp));
  // The same mails again and again, as a relay with a wrong idea of the time would.
  const rows = await first.dependencies.orm.em.fork().findAll(OutboxMessage);
  const again = rows.map(({ id }) => second.dependencies.mailQueue.add({ outboxId: id, requestId: null }));
  await Promise.all(again);
  await untilAllSent(first);
  const addresses = server.taken().flatMap(({ to }) => to);
  expect(addresses.sort()).toEqual(signups.map(({ email }) => email).sort());
}

it('sends each mail once by two workers on the queue of the database', async () => {
  await twoWorkersSendEachOnce({});
});

withRedis('on Redis', () => {
  it('sends each mail once by two workers', async () => {
    const redis = await redisServer();
    await twoWorkersSendEachOnce({ REDIS_URL: redis.url });
  });

  it('knows from the first sign-up on that the queue is there', async () => {
    const redis = await redisServer();
    const gateway = await testGateway({ env: { REDIS_URL: redis.url } });
    expect((await signUp(gateway)).mailStatus).toBe('QUEUED');
  });

  it('keeps the mail while Redis is away, and sends it once Redis is back', async () => {
    const [redis, server] = await Promise.all([redisServer(), mailServer()]);
    const gateway = await testGateway({ worker: true, env: { REDIS_URL: redis.url, SMTP_URL: server.url } });
    const before = await signUp(gateway);
    await server.waitFor(1, { to: before.email });
    await redis.stop();
    await eventually(() => expect(gateway.dependencies.mailQueue.isReady()).toBe(false));
    const from = performance.now();
    const during = await Promise.all([signUp(gateway), signUp(gateway), signUp(gateway)]);
    expect(performance.now() - from).toBeLessThan(6_000);
    expect(during.map(({ mailStatus }) => mailStatus)).toEqual(['DEFERRED', 'DEFERRED', 'DEFERRED']);
    await redis.start();
    for (const { email } of during) await server.waitFor(1, { to: email, milliseconds: 15_000 });
    await untilAllSent(gateway);
    expect(server.taken()).toHaveLength(4);
    const { code } = { code: codeIn(server.taken(during[0]?.email)[0]?.text ?? '') };
    const verified = await gateway.ask(VerifyEmailDocument, { input: { email: during[0]?.email ?? '', code } });
    expectType(verified.data.verifyEmail, 'EmailVerified');
    expect((await signUp(gateway)).mailStatus).toBe('QUEUED');
  });

  it('Q1: puts no code, link, address or password into Redis, also while a mail waits', async () => {
    const [redis, server] = await Promise.all([redisServer(), mailServer()]);
    const watched = await watchRedis(redis.url);
    server.answer = 451;
    const gateway = await testGateway({
      worker: true,
      env: { REDIS_URL: redis.url, SMTP_URL: server.url, RATE_LIMITS: 'on' },
    });
    const { email } = await signUp(gateway);
    await eventually(() => expect(server.received.length).toBeGreaterThanOrEqual(2));
    server.answer = 250;
    const [mail] = await server.waitFor(1, { to: email });
    const code = codeIn(mail?.text ?? '');
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    const { exchangeToken } = expectType(data.verifyEmail, 'EmailVerified');
    await untilAllSent(gateway);
    const client = new Redis(redis.url);
    const jobs = await client.keys('bull:mail:*-*-*-*-*');
    client.disconnect();
    const said = watched.stop();
    expect(said).toContain('send-mail');
    const [, link] = /#token=([\w-]{64})/.exec(mail?.text ?? '') ?? [];
    for (const secret of [email, PASSWORD, exchangeToken, link ?? 'no link']) expect(said).not.toContain(secret);
    expect(said).not.toMatch(new RegExp(`\\b${code}\\b`));
    expect(jobs).toEqual([]);
  });
});
