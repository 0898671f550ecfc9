import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPoolerFaults } from '../../src/database/pooler.js';
import { LoginDocument, MeDocument, SignupDocument } from '../generated/operations.js';
import { atOnce, faults, quickUser, rows } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { loggedIn, newEmail, PASSWORD } from '../support/journey.js';
import { pgBouncer, poolerModes } from '../support/pgbouncer.js';

/** A gateway whose requests go through a pooler, and what is behind it. */
async function pooledGateway(
  env: Record<string, string> = {},
  settings: Record<string, string> = {},
): Promise<{ gateway: TestGateway; pooled: string; direct: string }> {
  const { database } = await testGateway({});
  const pooled = await pgBouncer(database.url, settings);
  const own = { DATABASE_URL: pooled, DATABASE_DIRECT_URL: database.url, ...env };
  return { gateway: await testGateway({ worker: true, env: own }), pooled, direct: database.url };
}

async function lockedRow(url: string, email: string): Promise<pg.Client> {
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM users WHERE email = $1 FOR UPDATE', [email]);
  return holder;
}

const modes = poolerModes();

describe.each(modes)('B9: behind PgBouncer $mode, by transaction', ({ keepsStatements, settings }) => {
  it('does all that it does without', async () => {
    const { gateway } = await pooledGateway({}, settings);
    const users = await atOnce(6, () => quickUser(gateway));
    const tokens = await Promise.all(users.map(async ({ email }) => (await loggedIn(gateway, email)).accessToken));
    const seen = await atOnce(60, async (index) => {
      const { data } = await gateway.ask(MeDocument, {}, { token: tokens[index % 6] });
      return data.me?.email === users[index % 6]?.email;
    });
    expect(new Set(seen)).toEqual(new Set([true]));
    const email = newEmail();
    await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    expect((await gateway.mailTo(email)).to).toBe(email);
    expect(faults(gateway)).toEqual([]);
    const told = gateway.logLines.filter((line) => line.includes('a pooler drops prepared statements'));
    expect(told.length).toBe(keepsStatements ? 0 : 1);
  });

  it('says in one line each what would break', async () => {
    const { database } = await testGateway({});
    const pooled = await pgBouncer(database.url, settings);
    const check = { url: pooled, directUrl: pooled, hasRedis: false, statementTimeoutMilliseconds: 15_000 };
    const namesOf = (found: string[]) =>
      found.map((line) => /ALTER ROLE|max_prepared|DATABASE_DIRECT_URL/.exec(line)?.[0]);
    const all = await findPoolerFaults(check);
    expect(all.join('')).not.toContain('\n');
    const unkept = keepsStatements ? [] : ['max_prepared'];
    expect(namesOf(all)).toEqual(['ALTER ROLE', ...unkept, 'DATABASE_DIRECT_URL']);
    expect(all.at(-1)).toContain('no mail is sent');
    expect((await findPoolerFaults({ ...check, hasRedis: true })).at(-1)).not.toContain('no mail');
    expect(namesOf(await findPoolerFaults({ ...check, directUrl: database.url }))).not.toContain('DATABASE_DIRECT_URL');
    expect(await findPoolerFaults({ ...check, url: database.url, directUrl: database.url })).toEqual([]);
  });
});

describe.runIf(modes.length > 0)('B9: behind PgBouncer, by transaction', () => {
  it('ends statements that wait in its transactions, and sets nothing for others who share the pooler', async () => {
    const { gateway, pooled, direct } = await pooledGateway({ DATABASE_STATEMENT_TIMEOUT_MS: '700' });
    const { email } = await quickUser(gateway);
    await loggedIn(gateway, email);
    const holder = await lockedRow(direct, email);
    const { data } = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    expect(data.login.__typename).toBe('AuthUnavailableProblem');
    await eventually(async () => {
      const waiting =
        "SELECT query, xact_start::text, query_start::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      expect(await rows(gateway, waiting)).toEqual([]);
    });
    await holder.query('ROLLBACK');
    await loggedIn(gateway, email);
    const stranger = new pg.Pool({ connectionString: pooled, max: 6 });
    onTestFinished(() => stranger.end());
    const sessions = await Promise.all(
      Array.from({ length: 6 }, () =>
        stranger.query<{ limit: string }>("SELECT current_setting('statement_timeout') AS limit, pg_sleep(0.1)"),
      ),
    );
    expect(new Set(sessions.map((session) => session.rows[0]?.limit))).toEqual(new Set(['0']));
  });

  it('B5: counts many wrong tries at once for a role whose statements run as strictly as the server can', async () => {
    const { database } = await testGateway({});
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    onTestFinished(() => admin.end());
    const role = `strict_${randomBytes(4).toString('hex')}`;
    await admin.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'strict-password'`);
    await admin.query(`ALTER ROLE ${role} SET default_transaction_isolation = 'serializable'`);
    const own = Object.assign(new URL(database.url), { username: role, password: 'strict-password' }).href;
    const pooled = await pgBouncer(own);
    const env = { DATABASE_URL: pooled, DATABASE_DIRECT_URL: database.url, RATE_LIMITS: 'on' };
    const gateways = await Promise.all([testGateway({ env }), testGateway({ env })]);
    const { email } = await quickUser(gateways[0]);
    const codes = await atOnce(12, async (index) => {
      const input = { identifier: email, password: `wrong ${index}` };
      const gateway = gateways[index % 2] as TestGateway;
      const { data } = await gateway.ask(LoginDocument, { input }, { from: `203.0.113.${index}` });
      return data.login.__typename;
    });
    expect(codes).not.toContain('AuthUnavailableProblem');
    expect(gateways.flatMap(faults)).toEqual([]);
    expect(await rows(gateways[0], "SELECT current_setting('transaction_isolation') AS isolation")).toEqual([
      { isolation: 'serializable' },
    ]);
  });

  it('finds no fault where a session belongs to its client', async () => {
    const { database } = await testGateway({});
    const pooled = await pgBouncer(database.url, { pool_mode: 'session' });
    const check = { url: pooled, directUrl: pooled, hasRedis: false, statementTimeoutMilliseconds: 0 };
    expect(await findPoolerFaults(check)).toEqual([]);
  });
});

it('limits statements and sets its session where no pooler stands between', async () => {
  const gateway = await testGateway({ env: { DATABASE_STATEMENT_TIMEOUT_MS: '4321' } });
  const text = `SELECT current_setting('statement_timeout') AS limit, current_setting('default_transaction_isolation') AS isolation,
    current_setting('IntervalStyle') AS style`;
  expect(await rows(gateway, text)).toEqual([{ limit: '4321ms', isolation: 'read committed', style: 'postgres' }]);
});
