import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { SignupDocument } from '../generated/operations.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { isListening } from '../support/ports.js';
import {
  type ChildGateway,
  dataDirectory,
  embeddedPid,
  READY_WITHIN_MILLISECONDS,
  sharedSettings,
  startProcess,
} from '../support/process.js';
import { tcpProxy } from '../support/tcp-proxy.js';

// The worker's purge may wait for the same lock.
const SIGN_UPS_WAITING = `
  SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO users%'`;

/** Keeps sign-ups from their end until it is released. */
async function holdSignUps(url: string) {
  // Who waits is asked outside the transaction, which would see the same answer each time.
  const [holder, watcher] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([holder.connect(), watcher.connect()]);
  await holder.query('BEGIN; LOCK TABLE users IN EXCLUSIVE MODE');
  return {
    waiting: (count: number) =>
      eventually(async () => expect((await watcher.query(SIGN_UPS_WAITING)).rowCount).toBe(count)),
    release: () => Promise.all([holder.end(), watcher.end()]),
  };
}

function expectOneLine(gateway: ChildGateway, line: RegExp): void {
  expect(gateway.stderr().trim().split('\n')).toEqual([expect.stringMatching(line)]);
  expect(gateway.output()).not.toMatch(/^\s+at /m);
}

async function signUp(gateway: ChildGateway): Promise<string> {
  const email = newEmail();
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expectType(data.signup, 'SignupAccepted');
  return email;
}

it('starts, stops without a rest, and finds its data again', async () => {
  const dataDir = dataDirectory();
  const first = await startProcess({ dataDir });
  await first.ready();
  const email = await signUp(first);
  await eventually(async () => expect((await first.mails()).map(({ to }) => to)).toEqual([email]));
  const secretFile = join(dataDir, 'secret.key');
  expect(statSync(secretFile).mode & 0o777).toBe(0o600);
  const secret = readFileSync(secretFile, 'utf8');
  expect(await first.stop()).toBe(0);
  expect(embeddedPid(dataDir)).toBeUndefined();
  expect(first.stderr()).toBe('');

  // As after a crash of the machine, when the id of the server's process may have gone to another one.
  writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n/\n0\n5432\n\n\n\nready\n`);
  const second = await startProcess({ dataDir });
  await second.ready();
  expect(readFileSync(secretFile, 'utf8')).toBe(secret);
  expect((await second.mails()).map(({ to }) => to)).toEqual([email]);
  const again = await second.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expectType(again.data.signup, 'SignupAccepted');
  expect(await second.stop()).toBe(0);
  expect(embeddedPid(dataDir)).toBeUndefined();
});

it('shares one data directory between processes that start and stop together', async () => {
  const dataDir = dataDirectory();
  const [one, other] = await Promise.all([startProcess({ dataDir }), startProcess({ dataDir })]);
  await Promise.all([one.ready(), other.ready()]);
  const emails = await Promise.all([signUp(one), signUp(other)]);
  await eventually(async () => expect((await one.mails()).map(({ to }) => to).sort()).toEqual(emails.sort()));
  const third = await startProcess({ dataDir });
  await third.ready();
  expect(await third.stop()).toBe(0);
  await signUp(one);
  expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
  expect(embeddedPid(dataDir)).toBeUndefined();
});

it('leaves nothing behind when it is told to end while it starts', async () => {
  const dataDir = dataDirectory();
  const gateway = await startProcess({ dataDir });
  await eventually(() => expect(embeddedPid(dataDir)).toBeDefined(), READY_WITHIN_MILLISECONDS);
  expect(await gateway.stop()).toBe(0);
  expect(embeddedPid(dataDir)).toBeUndefined();
});

it('tells in one line that its port is taken, and leaves no database behind', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const dataDir = dataDirectory('prepared');
  const gateway = await startProcess({ dataDir, port });
  expect(await gateway.ended()).toBe(1);
  expectOneLine(gateway, new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use`));
  expect(embeddedPid(dataDir)).toBeUndefined();
});

it('tells in one line that its data directory cannot be written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-file-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'a-file');
  writeFileSync(file, '');
  const gateway = await startProcess({ dataDir: join(file, 'data') });
  expect(await gateway.ended()).toBe(1);
  expectOneLine(gateway, /^DATA_DIR .* cannot be written \(ENOTDIR at /);
});

it('tells in one line that the database refuses it', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const wrong = new URL(url);
  wrong.password = 'not-the-password';
  const gateway = await startProcess({ dataDir: dataDirectory(), env: sharedSettings(wrong.href) });
  expect(await gateway.ended()).toBe(1);
  expectOneLine(gateway, /password authentication failed/);
  expect(gateway.output()).not.toContain('not-the-password');
});

it('waits for a database that is away: alive, not ready, and whole by itself once it is there', async () => {
  const { url, drop } = await createTestDatabase();
  const proxy = await tcpProxy(url);
  onTestFinished(drop);
  await proxy.cut();
  const gateway = await startProcess({ dataDir: dataDirectory(), env: sharedSettings(proxy.url) });
  await eventually(
    async () => expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200),
    READY_WITHIN_MILLISECONDS,
  );
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
  expect(gateway.output()).toContain('waiting for the database');
  const input = { email: newEmail(), password: PASSWORD };
  const { data } = await gateway.ask(SignupDocument, { input });
  expect(data.signup).toMatchObject({ __typename: 'AuthUnavailableProblem', code: 'TEMPORARILY_UNAVAILABLE' });
  await proxy.mend();
  await gateway.ready();
  const email = await signUp(gateway);
  await eventually(async () => expect((await gateway.mails()).map(({ to }) => to)).toEqual([email]));
  expect(await gateway.stop()).toBe(0);
});

it('ends while it still waits for its database', async () => {
  const { url, drop } = await createTestDatabase();
  const proxy = await tcpProxy(url);
  onTestFinished(drop);
  await proxy.cut();
  const dataDir = dataDirectory();
  const env = sharedSettings(proxy.url);
  const [main, worker] = await Promise.all([
    startProcess({ dataDir, env }),
    startProcess({ entry: 'worker', dataDir, env }),
  ]);
  for (const child of [main, worker]) {
    await eventually(() => expect(child.output()).toContain('waiting for the database'));
    expect(await child.stop()).toBe(0);
  }
});

it('finishes what it is answering when it is told to end, and waits for no connection that asks nothing', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const gateway = await startProcess({ dataDir: dataDirectory(), env: sharedSettings(url) });
  await gateway.ready();
  const silent = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void silent.destroy());
  const held = await holdSignUps(url);
  const signups = Array.from({ length: 4 }, () => signUp(gateway));
  await held.waiting(4);
  gateway.signal('SIGTERM');
  await eventually(() => expect(gateway.output()).toContain('"closing"'));
  await held.release();
  const released = Date.now();
  await Promise.all(signups);
  expect(await gateway.ended()).toBe(0);
  expect(Date.now() - released).toBeLessThan(8_000);
  expect(await isListening(gateway.port)).toBe(false);
});

it('ends at once when it is told again after a while', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const gateway = await startProcess({ dataDir: dataDirectory(), env: sharedSettings(url) });
  await gateway.ready();
  const held = await holdSignUps(url);
  const asked = signUp(gateway).catch(() => undefined);
  await held.waiting(1);
  gateway.signal('SIGTERM');
  await eventually(() => expect(gateway.output()).toContain('"closing"'));
  await sleep(2_100); // sooner it counts as the same signal
  gateway.signal('SIGINT');
  expect(await gateway.ended()).toBe(1);
  await asked;
  await held.release();
});
