import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { serveRequests } from '../../src/database/request-pool.js';
import { RequestClient } from '../../src/lib/request-client.js';
import { inRequest, preferRequest, workOnRowsOf } from '../../src/lib/request-scope.js';
import { LoginDocument, MeDocument, RequestPasswordResetDocument } from '../generated/operations.js';
import { quickUser } from '../support/accounts.js';
import { testGateway } from '../support/app.js';
import { loggedIn, newEmail, PASSWORD } from '../support/journey.js';

/** A pool as requests get it. */
function requestPool(max: number): pg.Pool {
  const options = { connectionString: inject('postgresUrl'), max, Client: RequestClient as typeof pg.Client };
  const pool = new pg.Pool(options as pg.PoolConfig);
  serveRequests(pool);
  onTestFinished(() => pool.end());
  return pool;
}

const never = new AbortController().signal;
const times = <Result>(count: number, task: (index: number) => Result) =>
  Array.from({ length: count }, (_, index) => task(index));

it('B12: keeps a part of the pool for requests that begin or renew a session', async () => {
  const pool = requestPool(4);
  let over = 0;
  const held = times(12, (index) =>
    inRequest(`client-${index}`, never, () => pool.query('SELECT pg_sleep(0.5)')).then(() => {
      over += 1;
    }),
  );
  // All that they may have is taken before the sign-in comes.
  await vi.waitFor(() => expect(pool.totalCount).toBe(3));
  const signIn = inRequest('somebody', never, () => {
    preferRequest();
    return pool.query('SELECT 1');
  });
  await signIn;
  expect(over).toBe(0);
  const one = inRequest('somebody', never, () => pool.query('SELECT 1'));
  await one;
  expect(over).toBeGreaterThan(0);
  await Promise.all(held);
});

it('lets clients take turns at the pool, whoever asked first and most', async () => {
  const pool = requestPool(2);
  const order: string[] = [];
  const ask = (client: string) =>
    inRequest(client, never, () => pool.query('SELECT pg_sleep(0.03)')).then(() => {
      order.push(client);
    });
  await Promise.all([...times(20, () => ask('many')), ask('few'), ask('few')]);
  expect(order).toHaveLength(22);
  expect(order.lastIndexOf('few')).toBeLessThan(10);
});

it.each([1, 2, 3, 4])('lets no requests wait for one another with a pool of %i', async (max) => {
  const pool = requestPool(max);
  const nested = (index: number) =>
    inRequest(`client-${index}`, never, async () => {
      workOnRowsOf(`rows-${index}`);
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query('SELECT pg_sleep(0.02)');
        await pool.query('SELECT 1');
      } finally {
        await client.query('COMMIT');
        client.release();
      }
    });
  const ends = await Promise.allSettled(times(12, nested));
  const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
  for (const code of refused) expect(code).toBe('55P03');
  // It serves as before.
  await Promise.all(times(12, (index) => inRequest(`client-${index}`, never, () => pool.query('SELECT 1'))));
});

it('lets a request ask for several things at once, which wait for their turns', async () => {
  const pool = requestPool(2);
  const ask = (index: number) =>
    inRequest(`client-${index}`, never, () => {
      workOnRowsOf('rows');
      return Promise.all(times(3, () => pool.query('SELECT pg_sleep(0.01)')));
    });
  expect(await Promise.all(times(10, ask))).toHaveLength(10);
});

it('lets a client sign in before most of what another one asked at once', async () => {
  const gateway = await testGateway();
  const { email } = await quickUser(gateway);
  const from = '203.0.113.7';
  const signIn = () => gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } }, { from });
  await signIn();
  let answered = 0;
  const reset = () =>
    gateway.ask(RequestPasswordResetDocument, { input: { email: newEmail() } }).then(() => {
      answered += 1;
    });
  const resets = Array.from({ length: 40 }, reset);
  const { data } = await signIn();
  expect(data.login?.__typename).toBe('LoginSuccess');
  expect(answered).toBeLessThan(20);
  await Promise.all(resets);
});

it('keeps that part from what several requests read together as well', async () => {
  const gateway = await testGateway({ env: { DATABASE_POOL_MAX: '4' } });
  const { email } = await quickUser(gateway);
  const { accessToken: token } = await loggedIn(gateway, email);
  const holder = new pg.Client({ connectionString: gateway.database.url });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('BEGIN; LOCK TABLE users');
  const asked = [];
  for (let index = 0; index < 8; index += 1) {
    asked.push(gateway.ask(MeDocument, {}, { token, from: `203.0.113.${index}` }));
    await sleep(25);
  }
  const signIn = inRequest('somebody', never, () => {
    preferRequest();
    return gateway.dependencies.query({ name: 'one', text: 'SELECT 1 AS one' }, []);
  });
  expect(await Promise.race([signIn, sleep(3_000)])).toEqual([{ one: 1 }]);
  await holder.query('COMMIT');
  for (const { data } of await Promise.all(asked)) expect(data.me?.email).toBe(email);
});
