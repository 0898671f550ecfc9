import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { SignupDocument, VerifyEmailDocument } from '../generated/operations.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { codeIn, mailServer } from '../support/mail-server.js';
import { type ChildGateway, dataDirectory, sharedSettings, startProcess } from '../support/process.js';

const SIGNUPS = 200;
const CONCURRENCY = 8;
const KILLS = 3;

async function tryToSignUp(gateway: ChildGateway): Promise<string | undefined> {
  const email = newEmail();
  try {
    const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    return data.signup.__typename === 'SignupAccepted' ? email : undefined;
  } catch {
    return undefined; // the process was killed before it answered: nothing was promised
  }
}

/** Signs up until `count` were accepted or the process is gone; tells which were. */
async function signUps(gateway: ChildGateway, count: number): Promise<string[]> {
  const accepted: string[] = [];
  let alive = true;
  const client = async () => {
    while (alive && accepted.length < count) {
      const email = await tryToSignUp(gateway);
      if (email === undefined) alive = false;
      else accepted.push(email);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  return accepted;
}

it('keeps every accepted sign-up and its one mail through kills at random moments', async () => {
  const dataDir = dataDirectory('prepared');
  const accepted: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const gateway = await startProcess({ dataDir });
    await gateway.ready();
    const signingUp = signUps(gateway, SIGNUPS);
    await sleep(200 + Math.random() * 1_200);
    gateway.signal('SIGKILL');
    accepted.push(...(await signingUp));
    await gateway.ended();
  }
  const gateway = await startProcess({ dataDir });
  await gateway.ready();
  accepted.push(...(await signUps(gateway, Math.max(1, SIGNUPS - accepted.length))));
  expect(accepted.length).toBeGreaterThanOrEqual(SIGNUPS);

  const mails = await eventually(async () => {
    const found = (await gateway.mails()).filter(({ to }) => accepted.includes(to));
    expect(new Set(found.map(({ to }) => to)).size).toBe(accepted.length);
    return found;
  }, 30_000);
  expect(mails).toHaveLength(accepted.length);
  const verifications = mails.map(async ({ to, code }) => {
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email: to, code: code ?? '' } });
    return data.verifyEmail.__typename;
  });
  expect(new Set(await Promise.all(verifications))).toEqual(new Set(['EmailVerified']));
  expect(await gateway.stop()).toBe(0);
}, 120_000);

it('loses nothing and repeats nothing when a worker is killed with mails in its hands', async () => {
  const [server, database] = await Promise.all([mailServer(), createTestDatabase()]);
  onTestFinished(() => database.drop());
  const env = { ...sharedSettings(database.url), SMTP_URL: server.url };
  const dataDir = dataDirectory();
  const [main, worker] = await Promise.all([
    startProcess({ dataDir, env: { ...env, RUN_WORKER: 'false' } }),
    startProcess({ entry: 'worker', dataDir, env }),
  ]);
  await main.ready();
  const signUp = async () => {
    const email = await tryToSignUp(main);
    if (email === undefined) throw new Error('not accepted');
    return email;
  };
  const answered = await signUp();
  await server.waitFor(1, { to: answered });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const held = await Promise.all([signUp(), signUp()]);
  await eventually(() => expect(server.received.length).toBe(3));
  worker.signal('SIGKILL');
  await worker.ended();
  const waiting = await signUp(); // while there is no worker at all
  server.hold = undefined;
  resolve();
  // What the server holds gets its answer when nobody listens any more; it is sent again, under the same Message-ID.
  const cutOff = server.received.splice(1);
  const killedAt = Date.now();
  await startProcess({ entry: 'worker', dataDir, env });
  for (const email of [...held, waiting]) await server.waitFor(1, { to: email, milliseconds: 20_000 });
  expect(Date.now() - killedAt).toBeLessThan(20_000);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await eventually(async () => {
    const { rows } = await client.query(`SELECT DISTINCT status FROM outbox_messages`);
    expect(rows).toEqual([{ status: 'SENT' }]);
  });
  await client.end();
  for (const email of [answered, ...held, waiting]) expect(server.taken(email)).toHaveLength(1);
  for (const first of cutOff) {
    const [again] = server.taken(first.to[0]);
    expect(codeIn(again?.text ?? '')).toBe(codeIn(first.text));
    expect(/^Message-ID: .*$/m.exec(again?.text ?? '')?.[0]).toBe(/^Message-ID: .*$/m.exec(first.text)?.[0]);
  }
  const [email = ''] = held;
  const code = codeIn(server.taken(email)[0]?.text ?? '');
  expectType((await main.ask(VerifyEmailDocument, { input: { email, code } })).data.verifyEmail, 'EmailVerified');
}, 120_000);

it('does not wait for a mail server that holds its answer back when it is told to end', async () => {
  const [server, database] = await Promise.all([mailServer(), createTestDatabase()]);
  onTestFinished(() => database.drop());
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const env = { ...sharedSettings(database.url), SMTP_URL: server.url };
  const gateway = await startProcess({ dataDir: dataDirectory(), env });
  await gateway.ready();
  expect(await tryToSignUp(gateway)).toBeDefined();
  await eventually(() => expect(server.received.length).toBe(1));
  const told = Date.now();
  expect(await gateway.stop()).toBe(0);
  expect(Date.now() - told).toBeLessThan(10_000);
  resolve();
});
