import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import {
  LoginDocument,
  MeDocument,
  MySessionsDocument,
  RefreshDocument,
  SignupDocument,
} from '../generated/operations.js';
import { atOnce, faults, quickUser, rows } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { loggedIn, newEmail, PASSWORD } from '../support/journey.js';

const CLIENTS = 20;
const CUTS = 8;
const PAUSE_MILLISECONDS = 250;
const CUT = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'gatehouse' AND pid <> pg_backend_pid()
    AND query NOT LIKE 'LISTEN%'`;

async function openGateway(options: { worker?: boolean } = {}) {
  const database = await createTestDatabase();
  const gateway = await testGateway({ ...options, env: { DATABASE_URL: database.url, DATABASE_POOL_MAX: '10' } });
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  onTestFinished(() => admin.end());
  return { gateway, admin };
}

type Problem = { code?: string };

/** What the clients saw. */
interface Seen {
  reads: number;
  logins: number;
  refreshes: number;
  /** Sign-ins and refreshes that were put off: whether they were made is not known. */
  unknownLogins: number;
  unknownRefreshes: number;
  unexpected: unknown[];
}

interface Person {
  email: string;
  accessToken: string;
  refreshToken: string;
}

/** Does what a signed-in person's program does, again and again. */
async function use(gateway: TestGateway, person: Person, seen: Seen, isOver: () => boolean): Promise<void> {
  let { accessToken: token, refreshToken } = person;
  const { email } = person;
  while (!isOver()) {
    for (const query of [print(MeDocument), print(MySessionsDocument)]) {
      const { errors } = await gateway.send(query, {}, { token });
      if (errors.length === 0) seen.reads += 1;
      else seen.unexpected.push(errors);
    }
    const refreshed = (await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;
    if (refreshed.__typename === 'RefreshSuccess') {
      seen.refreshes += 1;
      token = refreshed.tokens.accessToken;
      refreshToken = refreshed.tokens.refreshToken ?? '';
    } else if ((refreshed as Problem).code === 'TEMPORARILY_UNAVAILABLE') seen.unknownRefreshes += 1;
    else seen.unexpected.push(refreshed);
    const { login } = (await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } })).data;
    if (login.__typename === 'LoginSuccess') seen.logins += 1;
    else if ((login as Problem).code === 'TEMPORARILY_UNAVAILABLE') seen.unknownLogins += 1;
    else seen.unexpected.push(login);
  }
}

/** Has each of the first so many inserts of a mail end its own connection: at once, or when its transaction is committed. */
async function endByMails(admin: pg.Client, times: number, when: 'at once' | 'at the commit') {
  await admin.query(`
    CREATE SEQUENCE mail_tries;
    CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('mail_tries') <= ${times} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
      RETURN NEW;
    END $$;
    CREATE CONSTRAINT TRIGGER end_connection AFTER INSERT ON outbox_messages
      DEFERRABLE ${when === 'at once' ? '' : 'INITIALLY DEFERRED'} FOR EACH ROW EXECUTE FUNCTION end_connection()`);
  return async () => Number((await admin.query('SELECT last_value FROM mail_tries')).rows[0].last_value);
}

it.each([
  ['at once', 'SignupAccepted', 2, 1],
  ['at the commit', 'AuthUnavailableProblem', 1, 0],
] as const)(
  'repeats a transaction that lost its connection before its commit alone: %s',
  async (when, answer, ...counts) => {
    const { gateway, admin } = await openGateway();
    const tries = await endByMails(admin, 1, when);
    const email = newEmail();
    const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    expect(data.signup.__typename).toBe(answer);
    const { rowCount } = await admin.query('SELECT FROM users WHERE email = $1', [email]);
    expect([await tries(), rowCount]).toEqual(counts);
  },
);

it('writes what became of a mail though the connection is lost meanwhile, and sends it once', async () => {
  const { gateway, admin } = await openGateway({ worker: true });
  await admin.query(`
    CREATE SEQUENCE outcomes;
    CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('outcomes') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER end_connection AFTER UPDATE OF status ON outbox_messages FOR EACH ROW EXECUTE FUNCTION end_connection()`);
  const email = newEmail();
  await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  await eventually(async () =>
    expect(await rows(gateway, 'SELECT status FROM outbox_messages')).toEqual([{ status: 'SENT' }]),
  );
  expect(Number((await admin.query('SELECT last_value FROM outcomes')).rows[0].last_value)).toBe(3);
  expect((await gateway.mails()).map((mail) => mail.to)).toEqual([email]);
  expect(gateway.logLines.join('')).toContain('the outcome of a mail could not be written yet');
  expect(faults(gateway)).toEqual([]);
});

it('shows no reader that connections are ended, and does nothing twice', async () => {
  const { gateway, admin } = await openGateway();
  const people = await atOnce(CLIENTS, async () => {
    const { email } = await quickUser(gateway);
    return { email, ...(await loggedIn(gateway, email)) };
  });
  const seen: Seen = { reads: 0, logins: 0, refreshes: 0, unknownLogins: 0, unknownRefreshes: 0, unexpected: [] };
  let over = false;
  const clients = people.map((person) => use(gateway, person, seen, () => over));
  let ended = 0;
  for (let cut = 0; cut < CUTS; cut += 1) {
    await sleep(PAUSE_MILLISECONDS);
    ended += (await admin.query(CUT)).rowCount ?? 0;
  }
  over = true;
  await Promise.all(clients);

  expect(ended).toBeGreaterThan(CUTS);
  expect(seen.unexpected).toEqual([]);
  expect(seen.reads).toBeGreaterThan(CLIENTS);
  expect(faults(gateway)).toEqual([]);
  const [made] = await rows<Record<'sessions' | 'logins' | 'rotations' | 'refreshes', number>>(
    gateway,
    `SELECT (SELECT count(*) FROM sessions)::int AS sessions, (SELECT sum(generation) FROM sessions)::int AS rotations,
      (SELECT count(*) FROM audit_events WHERE type = 'LOGIN' AND success)::int AS logins,
      (SELECT count(*) FROM audit_events WHERE type = 'REFRESH' AND success)::int AS refreshes`,
  );
  const { sessions = 0, logins, rotations = 0, refreshes } = made ?? {};
  expect(logins).toBe(sessions);
  expect(sessions - CLIENTS - seen.logins).toBeGreaterThanOrEqual(0);
  expect(sessions - CLIENTS - seen.logins).toBeLessThanOrEqual(seen.unknownLogins);
  expect(refreshes).toBe(rotations);
  expect(rotations - seen.refreshes).toBeGreaterThanOrEqual(0);
  expect(rotations - seen.refreshes).toBeLessThanOrEqual(seen.unknownRefreshes);
});
