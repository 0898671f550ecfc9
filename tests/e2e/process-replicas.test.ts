import { describe, expect, inject, it, onTestFinished } from 'vitest';
import {
  AuthConfigDocument,
  ExchangeTokenDocument,
  LoginDocument,
  MeDocument,
  RefreshDocument,
  RevokeSessionDocument,
  SignupDocument,
  VerifyEmailDocument,
} from '../generated/operations.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { codeIn, type MailServer, mailServer } from '../support/mail-server.js';
import { type ChildGateway, dataDirectory, embeddedPid, sharedSettings, startProcess } from '../support/process.js';
import { redisServer } from '../support/redis-server.js';

async function mailedCode(gateway: ChildGateway, server: MailServer | undefined, email: string): Promise<string> {
  if (server !== undefined) return codeIn((await server.waitFor(1, { to: email }))[0]?.text ?? '');
  return await eventually(async () => {
    const mail = (await gateway.mails()).find(({ to }) => to === email);
    expect(mail?.code).toMatch(/^\d{6}$/);
    return mail?.code ?? '';
  });
}

async function login(gateway: ChildGateway, email: string) {
  const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' as const };
  const { data } = await gateway.ask(LoginDocument, { input });
  const { tokens, session } = expectType(data.login, 'LoginSuccess');
  return { token: tokens.accessToken, refreshToken: tokens.refreshToken ?? '', id: session.id };
}

/** Sign-up to refresh; each step asks the other of two processes. */
async function journey(one: ChildGateway, other: ChildGateway, server?: MailServer): Promise<string> {
  const email = newEmail();
  const signedUp = await one.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expect(expectType(signedUp.data.signup, 'SignupAccepted').mailStatus).toBe('QUEUED');
  const code = await mailedCode(one, server, email);
  const verified = await other.ask(VerifyEmailDocument, { input: { email, code } });
  const { exchangeToken } = expectType(verified.data.verifyEmail, 'EmailVerified');
  const exchanged = await one.ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
  expectType(exchanged.data.exchangeToken, 'LoginSuccess');
  const { refreshToken } = await login(other, email);
  const refreshed = await one.ask(RefreshDocument, { input: { refreshToken } });
  const { tokens } = expectType(refreshed.data.refresh, 'RefreshSuccess');
  const me = await other.ask(MeDocument, {}, { token: tokens.accessToken });
  expect(me.data.me?.email).toBe(email);
  return email;
}

/** Ends a session by one process and measures when the other knows. */
async function revocationMilliseconds(one: ChildGateway, other: ChildGateway, email: string): Promise<number> {
  const [first, second] = [await login(one, email), await login(one, email)];
  expect((await other.ask(MeDocument, {}, { token: first.token })).data.me?.email).toBe(email);
  const ended = await one.ask(RevokeSessionDocument, { id: first.id }, { token: second.token });
  expectType(ended.data.revokeSession, 'SessionRevoked');
  const from = performance.now();
  await eventually(async () => {
    const { errors } = await other.ask(MeDocument, {}, { token: first.token });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
  return performance.now() - from;
}

/** How many of 50 parallel calls to two processes pass a limit of 5. */
async function passed(one: ChildGateway, other: ChildGateway): Promise<number> {
  const calls = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : other).ask(AuthConfigDocument, {}));
  return (await Promise.all(calls)).filter(({ errors }) => errors === undefined).length;
}

it('goes the whole way with nothing but Node', async () => {
  const dataDir = dataDirectory();
  const gateway = await startProcess({ dataDir });
  await gateway.ready();
  await journey(gateway, gateway);
  expect(await gateway.stop()).toBe(0);
  expect(embeddedPid(dataDir)).toBeUndefined();
});

describe.skipIf(inject('redisUrl') === null)('with PostgreSQL, Redis and SMTP', () => {
  it('goes the whole way over two servers and a worker, and stays one while Redis is away', async () => {
    const [server, redis, database] = await Promise.all([mailServer(), redisServer(), createTestDatabase()]);
    onTestFinished(() => database.drop());
    const dataDir = dataDirectory();
    const env = {
      ...sharedSettings(database.url),
      REDIS_URL: redis.url,
      SMTP_URL: server.url,
      RUN_WORKER: 'false',
      RATE_LIMITS: 'authConfig=5/1h,login=1000/1h,login:account=1000/1h,signup=1000/1h',
    };
    const children = await Promise.all([
      startProcess({ dataDir, env }),
      startProcess({ dataDir, env }),
      startProcess({ entry: 'worker', dataDir, env }),
    ]);
    const [one, other, worker] = children;
    await Promise.all([one.ready(), other.ready()]);
    await eventually(() => expect(worker.output()).toContain('the worker is running'));
    const email = await journey(one, other, server);
    expect(await revocationMilliseconds(one, other, email)).toBeLessThan(1_000);
    expect(await passed(one, other)).toBe(5);

    await redis.stop();
    expect(await revocationMilliseconds(other, one, email)).toBeLessThan(1_000);
    expect(await passed(one, other)).toBeLessThanOrEqual(5);
    const ready = await fetch(`${one.url}/health/ready`);
    expect([ready.status, ((await ready.json()) as { status: string }).status]).toEqual([200, 'degraded']);
    const told = Date.now();
    expect(await Promise.all(children.map((child) => child.stop()))).toEqual([0, 0, 0]);
    expect(Date.now() - told).toBeLessThan(8_000);
  }, 60_000);
});
