import { expect, it } from 'vitest';
import { addSeconds } from '../../../src/lib/clock.js';
import { run, type Sql, sql } from '../../../src/lib/sql.js';
import { purge } from '../../../src/services/maintenance/purge.js';
import { findUnverified } from '../../../src/services/maintenance/purge-accounts.js';
import {
  BATCH,
  batchStatement,
  checkStatement,
  stretchStatement,
} from '../../../src/services/maintenance/purge-batches.js';
import { purgeRules } from '../../../src/services/maintenance/purge-rules.js';
import { commandContext, faults, quickUser, rows } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';

const DAY = 86_400;
const MAILS = 12_000;
const LIMITS = 12_000;
const SESSIONS = 4_000;

/** Rows that are kept no longer, and a note of how many each statement deletes. */
async function filled(gateway: TestGateway): Promise<{ id: string; email: string }> {
  const user = await quickUser(gateway);
  const past = addSeconds(gateway.clock.now(), -40 * DAY);
  await rows(
    gateway,
    `INSERT INTO outbox_messages (id, mail, recipient, variables, status, created_at, next_attempt_at, finished_at)
      SELECT gen_random_uuid(), 'none', 'a@example.com', '{}', 'SENT', ?, ?, ? FROM generate_series(1, ${MAILS})`,
    [past, past, past],
  );
  await rows(gateway, `INSERT INTO rate_limits SELECT 'old' || n, 1, 1 FROM generate_series(1, ${LIMITS}) n`);
  await rows(
    gateway,
    `INSERT INTO sessions (id, user_id, secret_hash, remember_me, device_type, authentication_methods, authenticated_at,
        created_at, last_activity_at, expires_at, absolute_expires_at)
      SELECT gen_random_uuid(), ?, '', false, 'UNKNOWN', '{}', ?, ?, ?, ?, ? FROM generate_series(1, ${SESSIONS})`,
    [user.id, past, past, past, past, past],
  );
  await rows(gateway, 'CREATE TABLE deletions (source text, deleted int)');
  await rows(
    gateway,
    `CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO deletions SELECT tg_table_name, count(*) FROM gone; RETURN NULL; END $$`,
  );
  for (const table of ['outbox_messages', 'rate_limits', 'sessions']) {
    await rows(
      gateway,
      `CREATE TRIGGER note AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_deletion()`,
    );
  }
  return user;
}

it('deletes tens of thousands of rows in bounded batches, while users sign in', async () => {
  const gateway = await testGateway();
  const { email } = await filled(gateway);
  let isRunning = true;
  const purging = purge(commandContext(gateway)).finally(() => {
    isRunning = false;
  });
  let signIns = 0;
  while (isRunning) {
    await loggedIn(gateway, email);
    signIns += 1;
  }
  expect(await purging).toMatchObject({ mails: MAILS, limits: LIMITS, sessions: SESSIONS });
  expect(signIns).toBeGreaterThan(1);
  const noted = await rows(
    gateway,
    'SELECT source, sum(deleted)::int AS deleted, max(deleted)::int AS most FROM deletions GROUP BY 1 ORDER BY 1',
  );
  expect(noted.map(({ source, deleted }) => [source, deleted])).toEqual([
    ['outbox_messages', MAILS],
    ['rate_limits', LIMITS],
    ['sessions', SESSIONS],
  ]);
  for (const { most } of noted) expect(most).toBeLessThanOrEqual(BATCH);
  const progress = gateway.logLines.filter((line) => line.includes('old rows are being purged'));
  expect(progress.map((line) => JSON.parse(line).rows)).toEqual(expect.arrayContaining(['mails', 'limits']));
  expect(faults(gateway)).toEqual([]);
});

it('stops between two batches when the process ends, and the next run goes on', async () => {
  const gateway = await testGateway();
  await filled(gateway);
  const stop = new AbortController();
  const context = commandContext(gateway);
  const logger = context.logger.child({});
  logger.info = ((_fields: unknown, line: string) => {
    if (line === 'old rows are being purged') stop.abort();
  }) as typeof logger.info;
  const { mails = 0 } = await purge({ ...context, logger, signal: stop.signal });
  expect(mails).toBeGreaterThan(0);
  expect(mails).toBeLessThan(MAILS);
  expect((await purge(context)).mails).toBe(MAILS - mails);
});

it('several runs share the rows', async () => {
  const gateway = await testGateway();
  const replica = await testGateway({ replicaOf: gateway });
  await filled(gateway);
  const runs = await Promise.all([gateway, replica].map((one) => purge(commandContext(one))));
  const last = await purge(commandContext(gateway));
  for (const [kind, total] of Object.entries({ mails: MAILS, limits: LIMITS, sessions: SESSIONS })) {
    expect([kind, [...runs, last].reduce((sum, deleted) => sum + (deleted[kind] ?? 0), 0)]).toEqual([kind, total]);
  }
});

it('finds what it deletes by an index', async () => {
  const gateway = await testGateway();
  const now = gateway.clock.now();
  const rules = purgeRules(commandContext(gateway)).filter(({ table }) => table !== 'signing_keys');
  const statements = rules.flatMap((rule): Sql[] => {
    if (rule.check !== undefined) return [checkStatement(rule, rule.check)];
    if (rule.walk === undefined) return [batchStatement(rule)];
    return [batchStatement(rule, { after: 'a', upTo: 'b' }), stretchStatement(rule, 'a')];
  });
  statements.push(findUnverified({ now, before: now }));
  for (const statement of statements) {
    const plan = await gateway.dependencies.orm.em.fork().transactional(async (em) => {
      // An index is used for every table where there is one, although the tables are empty.
      await em.execute('SET LOCAL enable_seqscan = off');
      return await run<Record<string, string>>(em, sql`EXPLAIN ${statement}`);
    });
    const lines = plan.flatMap((row) => Object.values(row)).join('\n');
    expect(lines).not.toMatch(/Seq Scan/);
    expect(lines).toMatch(/Index Cond/);
  }
});

it('checks each session again at the end that its last refresh gave it, and deletes only those that have ended', async () => {
  const gateway = await testGateway();
  const { id, email } = await quickUser(gateway);
  await loggedIn(gateway, email);
  await filled(gateway);
  // A process of an earlier version created these, and they are in use.
  const later = addSeconds(gateway.clock.now(), DAY);
  await rows(
    gateway,
    `INSERT INTO sessions (id, user_id, secret_hash, remember_me, device_type, authentication_methods, authenticated_at,
        created_at, last_activity_at, expires_at, absolute_expires_at)
      SELECT gen_random_uuid(), ?, '', false, 'UNKNOWN', '{}', ?, ?, ?, ?, ? FROM generate_series(1, ${2 * BATCH})`,
    [id, later, later, later, later, later],
  );
  expect(await purge(commandContext(gateway))).toMatchObject({ sessions: SESSIONS });
  const left = await rows(
    gateway,
    'SELECT count(*)::int AS n, bool_and(kept_until = expires_at) AS moved FROM sessions',
  );
  expect(left).toEqual([{ n: 2 * BATCH + 1, moved: true }]);
});

it('has an index for every foreign key, so that deleting a row reads no other table as a whole', async () => {
  const gateway = await testGateway();
  const missing = await rows(
    gateway,
    `SELECT conrelid::regclass::text AS source, conname AS name FROM pg_constraint c
      WHERE contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = c.conkey[1])`,
  );
  expect(missing).toEqual([]);
});
