import { setTimeout as sleep } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import pg from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { serveRequests } from '../../src/database/request-pool.js';
import { RequestClient } from '../../src/lib/request-client.js';
import { HungUp, inRequest } from '../../src/lib/request-scope.js';
import { LoginDocument, SignupDocument, UpdateProfileDocument } from '../generated/operations.js';
import { accountOf, faults, quickUser, rows } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../support/journey.js';
import { lockAccount } from '../support/row-lock.js';

/** Nothing ends a statement in time but the hang-up. */
const PATIENT = { DATABASE_STATEMENT_TIMEOUT_MS: '60000' };
const WRONG = 'Wrong-Horse-7-Staple';

/** A gateway on a socket, and a client that can hang up. */
async function listening(env: Record<string, string> = {}) {
  const gateway = await testGateway({ env: { ...PATIENT, ...env } });
  const url = await gateway.app.http.listen({ port: 0, host: '127.0.0.1' });
  /** Asks; the client hangs up when it is told to. */
  const call = <Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    { token, requestId }: { token?: string; requestId?: string } = {},
  ) => {
    const controller = new AbortController();
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (requestId !== undefined) headers['x-request-id'] = requestId;
    const body = JSON.stringify({ query: print(document), variables });
    const answer = fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: controller.signal });
    answer.catch(() => undefined);
    return { answer, hangUp: () => controller.abort() };
  };
  return { gateway, call };
}

const loginInput = (identifier: string, password = PASSWORD) => ({ input: { identifier, password } });
const warnings = ({ logLines }: TestGateway) =>
  logLines.filter((line) => line.includes('that this operation needs is unavailable'));

it('cancels what a client asked for that hangs up, and nothing of it stays', async () => {
  const { gateway, call } = await listening({ DATABASE_POOL_MAX: '10' });
  const { email, id } = await quickUser(gateway);
  const { accessToken: token } = await loggedIn(gateway, email);
  const lock = await lockAccount(gateway.database.url, email);
  const calls = [
    call(LoginDocument, loginInput(email)),
    call(UpdateProfileDocument, { input: { displayName: 'Nobody waits for it' } }, { token }),
  ];
  await eventually(async () => expect(await lock.waiting()).toBe(2));
  for (const { hangUp } of calls) hangUp();
  await eventually(async () => expect(await lock.waiting()).toBe(0));
  await lock.release();

  await eventually(async () => {
    const places = await rows(gateway, 'SELECT 1 FROM login_failures WHERE in_flight > 0');
    expect(places).toEqual([]);
  });
  expect(await accountOf(gateway, email)).toMatchObject({ displayName: null });
  expect(await rows(gateway, 'SELECT 1 FROM sessions WHERE user_id = ?', [id])).toHaveLength(1);
  expectType((await gateway.ask(LoginDocument, loginInput(email))).data.login, 'LoginSuccess');
  expect(faults(gateway)).toEqual([]);
  expect(warnings(gateway)).toEqual([]);
});

it('gives up the place that a client waits in who hangs up', async () => {
  const { gateway, call } = await listening({ DATABASE_POOL_MAX: '1' });
  const [held, other] = [await quickUser(gateway), await quickUser(gateway)];
  const lock = await lockAccount(gateway.database.url, held.email);
  const first = call(LoginDocument, loginInput(held.email));
  await eventually(async () => expect(await lock.waiting()).toBe(1));
  // One waits for the pool, one for the rows of the same account.
  const waiting = [other, held].map(({ email }, index) => ({
    requestId: `hung-up-${index}`,
    ...call(LoginDocument, loginInput(email), { requestId: `hung-up-${index}` }),
  }));
  await sleep(200);
  for (const { hangUp } of waiting) hangUp();
  await eventually(() => {
    const gone = gateway.logLines.filter((line) => line.includes('The client disconnected.'));
    for (const { requestId } of waiting) expect(gone.some((line) => line.includes(requestId))).toBe(true);
  });
  expect(await lock.waiting()).toBe(1);
  await lock.release();
  expect((await first.answer).status).toBe(200);
  expectType((await gateway.ask(LoginDocument, loginInput(other.email))).data.login, 'LoginSuccess');
});

it('keeps a sign-up whose COMMIT was sent, and its mail', async () => {
  const { gateway, call } = await listening();
  await rows(
    gateway,
    `CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$;
     CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW EXECUTE FUNCTION slow_commit()`,
  );
  const email = newEmail();
  const signUp = call(SignupDocument, { input: { email, password: PASSWORD } });
  await eventually(async () => {
    const text =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'commit%' AND wait_event = 'PgSleep'";
    expect(await rows(gateway, text)).toHaveLength(1);
  });
  signUp.hangUp();
  await eventually(async () => expect(await accountOf(gateway, email)).not.toBeNull());
  expect(await rows(gateway, 'SELECT 1 FROM outbox_messages WHERE recipient = ?', [email])).toHaveLength(1);
});

it('counts a wrong try and writes it down, though nobody waits to hear it', async () => {
  // A hash that takes a while, so that the client is gone when the password is compared.
  const gateway = await testGateway({ env: PATIENT, hashCost: { memoryCost: 65_536, timeCost: 6, parallelism: 1 } });
  const url = await gateway.app.http.listen({ port: 0, host: '127.0.0.1' });
  const { email } = await quickUser(gateway);
  const body = JSON.stringify({ query: print(LoginDocument), variables: loginInput(email, WRONG) });
  const hangUp = new AbortController();
  const headers = { 'content-type': 'application/json' };
  fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: hangUp.signal }).catch(() => undefined);
  await eventually(() => expect(gateway.dependencies.passwordHasher.load().running).toBe(1));
  hangUp.abort();
  await eventually(async () => {
    const text = 'SELECT failures, in_flight FROM login_failures WHERE failures > 0 ORDER BY failures';
    expect(await rows(gateway, text)).toContainEqual({ failures: 1, in_flight: 0 });
    expect(await rows(gateway, "SELECT 1 FROM audit_events WHERE type = 'LOGIN' AND NOT success")).toHaveLength(1);
  });
});

it('never cancels the statement of whoever has the connection next', async () => {
  const cancelled: unknown[] = [];
  const others: unknown[] = [];
  /** One connection: a request is given up about when its statement ends, and somebody else waits for the connection. */
  const race = async (): Promise<void> => {
    const options = { connectionString: inject('postgresUrl'), max: 1, Client: RequestClient as typeof pg.Client };
    const pool = new pg.Pool(options as pg.PoolConfig);
    pool.on('error', () => undefined);
    serveRequests(pool);
    onTestFinished(() => pool.end());
    for (let round = 0; round < 12; round += 1) {
      const hangUp = new AbortController();
      // The cancellation is sent 50 ms after the hang-up and takes some milliseconds.
      const seconds = 0.046 + 0.012 * Math.random();
      const own = inRequest('client', hangUp.signal, () => pool.query(`SELECT pg_sleep(${seconds})`));
      await sleep(3);
      const next = pool.query('SELECT pg_sleep(0.01)').catch((cause: unknown) => others.push(cause));
      hangUp.abort(new HungUp());
      await own.catch((cause: unknown) => cancelled.push(cause));
      await next;
    }
  };
  await Promise.all(Array.from({ length: 12 }, race));
  // Some were in time and some were not, or nothing was raced.
  expect(cancelled.length).toBeGreaterThan(10);
  expect(cancelled.length).toBeLessThan(134);
  expect(others).toEqual([]);
});
