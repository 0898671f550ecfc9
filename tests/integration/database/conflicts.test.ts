import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { LoginDocument, SignupDocument } from '../../generated/operations.js';
import { faults, quickUser } from '../../support/accounts.js';
import { testGateway } from '../../support/app.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

async function openDatabase() {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return { url: database.url, client };
}

/** Makes the first so many inserts of a mail fail with a state of PostgreSQL. */
async function failMails(client: pg.Client, state: string, times: number): Promise<() => Promise<number>> {
  await client.query(`
    CREATE SEQUENCE IF NOT EXISTS mail_tries;
    SELECT setval('mail_tries', 1, false);
    CREATE OR REPLACE FUNCTION fail_mail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('mail_tries') <= ${times} THEN RAISE EXCEPTION 'secret-cause' USING ERRCODE = '${state}'; END IF;
      RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER fail_mail BEFORE INSERT ON outbox_messages FOR EACH ROW EXECUTE FUNCTION fail_mail()`);
  return async () => Number((await client.query('SELECT last_value FROM mail_tries')).rows[0].last_value);
}

it.each(['40P01', '40001'])('begins a transaction anew that was given up for another one (%s)', async (state) => {
  const { url, client } = await openDatabase();
  const gateway = await testGateway({ env: { DATABASE_URL: url } });
  const tries = await failMails(client, state, 2);
  const email = newEmail();
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expectType(data.signup, 'SignupAccepted');
  expect(await tries()).toBe(3);
  const { rows } = await client.query(
    'SELECT count(*)::int AS users, (SELECT count(*)::int FROM outbox_messages) AS mails FROM users WHERE email = $1',
    [email],
  );
  expect(rows).toEqual([{ users: 1, mails: 1 }]);
});

it('gives up after a few times, with nothing half-done', async () => {
  const { url, client } = await openDatabase();
  const gateway = await testGateway({ env: { DATABASE_URL: url } });
  const tries = await failMails(client, '40P01', 1_000);
  const { data } = await gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } });
  expect(data.signup).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  expect(await tries()).toBe(4);
  expect((await client.query('SELECT 1 FROM users')).rowCount).toBe(0);
});

it('serves many at once on a server whose default isolation is the strictest', async () => {
  const { url, client } = await openDatabase();
  await client.query(
    `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_isolation = serializable`,
  );
  const gateway = await testGateway({ env: { DATABASE_URL: url } });
  const { email } = await quickUser(gateway);
  const logins = Array.from({ length: 16 }, () =>
    gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } }),
  );
  for (const { data } of await Promise.all(logins)) expectType(data.login, 'LoginSuccess');
  const signUps = Array.from({ length: 16 }, () =>
    gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } }),
  );
  for (const { data } of await Promise.all(signUps)) expectType(data.signup, 'SignupAccepted');
});

/** Makes the first so many writes of a table fail with a state of PostgreSQL. */
async function failWrites(client: pg.Client, table: string, state: string, times: number): Promise<void> {
  await client.query(`
    CREATE SEQUENCE write_tries;
    CREATE FUNCTION fail_write() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('write_tries') <= ${times} THEN RAISE EXCEPTION 'given up' USING ERRCODE = '${state}'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER fail_write BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION fail_write()`);
}

it.each([
  ['40001', 'rate_limits'],
  ['40P01', 'rate_limits'],
  ['40001', 'login_failures'],
  ['40P01', 'login_failures'],
])(
  'runs a statement outside of transactions again that was given up for another one (%s of %s)',
  async (state, table) => {
    const { url, client } = await openDatabase();
    const gateway = await testGateway({ env: { DATABASE_URL: url, RATE_LIMITS: 'on' } });
    await failWrites(client, table, state, 2);
    const { data } = await gateway.ask(LoginDocument, { input: { identifier: newEmail(), password: PASSWORD } });
    expectType(data.login, 'InvalidCredentialsProblem');
    const { rows } = await client.query('SELECT last_value::int AS tries FROM write_tries');
    expect(rows[0].tries).toBeGreaterThanOrEqual(3);
  },
);

it.each(['08006', '08P01', '28000', '53100', '53300', '55P03', '57P03', '58030', '25006', '25P03', 'XX000'])(
  'G7: the state %s is a database that is away, and its text stays in the log',
  async (state) => {
    const { url, client } = await openDatabase();
    const gateway = await testGateway({ env: { DATABASE_URL: url } });
    // More than once, as what a former primary refused is tried once more.
    await failMails(client, state, 1_000);
    const { data, body } = await gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } });
    expect(data.signup).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(body).not.toContain('secret-cause');
    expect(gateway.logLines.join('')).toContain('secret-cause');
    expect(faults(gateway)).toEqual([]);
  },
);

it('is unavailable while its password is wrong, and back when it is right again', async () => {
  const { url, client } = await openDatabase();
  const role = `rotated_${randomBytes(4).toString('hex')}`;
  await client.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'first-password'`);
  const own = Object.assign(new URL(url), { username: role, password: 'first-password' }).href;
  const gateway = await testGateway({ env: { DATABASE_URL: own } });
  const { email } = await quickUser(gateway);
  const input = { identifier: email, password: PASSWORD };
  await client.query(`ALTER ROLE ${role} PASSWORD 'second-password'`);
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);
  // The first answers may still be about the connections that were ended.
  await eventually(async () => {
    const { data } = await gateway.ask(LoginDocument, { input });
    expect(data.login).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(gateway.logLines.join('')).toContain('28P01');
  });
  expect(gateway.logLines.join('')).not.toContain('first-password');
  await client.query(`ALTER ROLE ${role} PASSWORD 'first-password'`);
  await eventually(async () => expectType((await gateway.ask(LoginDocument, { input })).data.login, 'LoginSuccess'));
});
