import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { SignupDocument } from '../generated/operations.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail } from '../support/journey.js';
import { type ChildGateway, dataDirectory, sharedSettings, startProcess } from '../support/process.js';
import { rangeServer } from '../support/range-server.js';

const BREACHED = 'Larkspur-29-Breached!';
const CONCURRENCY = 6;

async function databaseOf(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Signs up again and again until the process is gone; adds what it accepted. */
async function signUpsUntilKilled(gateway: ChildGateway, accepted: string[]): Promise<void> {
  const client = async () => {
    for (;;) {
      const email = newEmail();
      const input = { email, password: BREACHED };
      const answer = await gateway.ask(SignupDocument, { input }).catch(() => undefined);
      if (answer === undefined) return;
      expectType(answer.data.signup, 'SignupAccepted');
      accepted.push(email);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
}

const UNMARKED = 'SELECT email FROM users WHERE email = ANY($1) AND password_breached_at IS NULL';
const TOLD = `SELECT recipient FROM outbox_messages WHERE mail = 'password-breached' AND recipient = ANY($1)`;

async function expectAllMarked(client: pg.Client, emails: string[]): Promise<void> {
  await eventually(async () => expect((await client.query(UNMARKED, [emails])).rows).toEqual([]), 60_000);
  const told = (await client.query<{ recipient: string }>(TOLD, [emails])).rows;
  expect(told.map(({ recipient }) => recipient).sort()).toEqual(emails.toSorted());
}

it('looks up every accepted password, though the process is killed while it hands them over', async () => {
  const [server, database] = await Promise.all([rangeServer([BREACHED]), createTestDatabase()]);
  onTestFinished(() => database.drop());
  const client = await databaseOf(database.url);
  const dataDir = dataDirectory();
  const env = { ...sharedSettings(database.url), HIBP_BASE_URL: server.url };
  const main = await startProcess({ dataDir, env: { ...env, RUN_WORKER: 'false' } });
  await main.ready();
  const accepted: string[] = [];
  const signingUp = signUpsUntilKilled(main, accepted);
  await eventually(() => expect(accepted.length).toBeGreaterThan(0));
  await sleep(Math.random() * 1_000);
  main.signal('SIGKILL');
  await signingUp;
  expect(server.asked).toEqual([]);
  // As if the process had been killed between the commit and the queue each time.
  await client.query(`DELETE FROM bullmq.job WHERE queue = 'password-check'`);
  const worker = await startProcess({ entry: 'worker', dataDir, env });
  await expectAllMarked(client, accepted);
  expect(await worker.stop()).toBe(0);
}, 120_000);

it('loses no password and tells nobody twice when a worker is killed with checks in its hands', async () => {
  const [server, database] = await Promise.all([rangeServer([BREACHED]), createTestDatabase()]);
  onTestFinished(() => database.drop());
  const client = await databaseOf(database.url);
  const dataDir = dataDirectory();
  const env = { ...sharedSettings(database.url), HIBP_BASE_URL: server.url };
  const [main, worker] = await Promise.all([
    startProcess({ dataDir, env: { ...env, RUN_WORKER: 'false' } }),
    startProcess({ entry: 'worker', dataDir, env }),
  ]);
  await main.ready();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const emails = [newEmail(), newEmail(), newEmail()];
  for (const email of emails) await main.ask(SignupDocument, { input: { email, password: BREACHED } });
  await eventually(() => expect(server.asked).toHaveLength(3));
  worker.signal('SIGKILL');
  await worker.ended();
  server.hold = undefined;
  resolve();
  await startProcess({ entry: 'worker', dataDir, env });
  await expectAllMarked(client, emails);
}, 120_000);
