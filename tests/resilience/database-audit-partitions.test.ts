import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { migrateDatabase } from '../../src/database/migrate.js';
import { createOrm } from '../../src/database/orm.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const logger = pino({ level: 'silent' });
const LAST_BEFORE = '2026-11-27-000710-failures-by-network';
const SEEDED = 60_000;

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** A database as the version before partitions left it, with events of 14 months. */
async function filledDatabase() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const client = await connect(database.url);
  onTestFinished(() => client.end());
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const orm = createOrm({ url: database.url, poolMax: 2, statementTimeoutMilliseconds: 30_000, logger });
  await orm.migrator.up({ to: LAST_BEFORE });
  await orm.close(true);
  await client.query(`INSERT INTO audit_events (id, type, success, risk_level, user_id, metadata, created_at)
    SELECT gen_random_uuid(), 'LOGIN', true, 'LOW', gen_random_uuid(), '{}', now() - n * interval '10 minutes'
    FROM generate_series(1, ${SEEDED}) n`);
  return { url: database.url, client };
}

/** A process of the old version: it prepared its statement before the migration, and inserts until it is stopped. */
async function oldProcess(url: string) {
  const client = await connect(url);
  const text = `INSERT INTO audit_events (id, type, success, risk_level, actor_id, user_id, metadata, created_at)
    VALUES ($1, 'LOGIN', true, 'LOW', $2, $2, '{}', now())`;
  let inserted = 0;
  let isStopped = false;
  const running = (async () => {
    while (!isStopped) {
      await client.query({ name: 'insert', text, values: [randomUUID(), randomUUID()] });
      inserted += 1;
    }
  })();
  await eventually(() => expect(inserted).toBeGreaterThan(10));
  return {
    inserted: () => inserted,
    async stop() {
      isStopped = true;
      await running.finally(() => client.end());
    },
  };
}

it('partitions a filled table, into which an old process inserts all the while', async () => {
  const { url, client } = await filledDatabase();
  const role = `gatehouse_reader_${randomBytes(4).toString('hex')}`;
  await client.query(`CREATE ROLE ${role}; GRANT SELECT, INSERT ON audit_events TO ${role} WITH GRANT OPTION`);
  onTestFinished(async () => {
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
  const { rows: before } = await client.query("SELECT 'audit_events'::regclass::oid AS oid");
  const old = await oldProcess(url);
  const migration = { url, queueSchema: undefined, logger };
  await Promise.all([migrateDatabase(migration), migrateDatabase(migration)]);
  const then = old.inserted();
  await eventually(() => expect(old.inserted()).toBeGreaterThan(then + 10));
  await old.stop();

  const count = async (table: string) => Number((await client.query(`SELECT count(*) FROM ${table}`)).rows[0].count);
  expect(await count('audit_events')).toBe(SEEDED + old.inserted());
  // The rows were not copied, and what belongs to this month goes where it went before.
  const { rows: partitions } = await client.query(
    "SELECT inhrelid AS oid, inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_events'::regclass",
  );
  const kept = partitions.find(({ oid }) => oid === before[0].oid);
  expect(kept?.name).toMatch(/^audit_events_before_\d{4}_\d{2}$/);
  expect(await count(kept?.name)).toBe(SEEDED + old.inserted());
  expect(await count('audit_events_default')).toBe(0);
  const rights = "SELECT has_table_privilege($1, $2, 'INSERT WITH GRANT OPTION') AS has";
  expect((await client.query(rights, [role, 'audit_events'])).rows).toEqual([{ has: true }]);
  expect((await client.query(rights, [role, kept?.name])).rows).toEqual([{ has: false }]);

  // Past the end of the old table the months begin.
  const later = "now() + interval '5 months'";
  await client.query(`SELECT create_audit_partitions(${later})`);
  await client.query(`INSERT INTO audit_events (id, type, success, risk_level, metadata, created_at)
    VALUES (gen_random_uuid(), 'LOGIN', true, 'LOW', '{}', ${later})`);
  expect(await count('audit_events_default')).toBe(0);
  await expect(client.query(`DELETE FROM ${kept?.name}`)).rejects.toThrow('never changed');
  const orm = createOrm({ url, poolMax: 2, statementTimeoutMilliseconds: 30_000, logger });
  expect(await orm.migrator.checkSchema().finally(() => orm.close(true))).toBe(false);
});

it('the migration gives way to a transaction that reads the table, and tries again', async () => {
  const { url, client } = await filledDatabase();
  await client.query('BEGIN; SELECT count(*) FROM audit_events');
  const old = await oldProcess(url);
  const migrated = migrateDatabase({ url, queueSchema: undefined, logger });
  // Nobody waits for the reader for longer than the migration's own patience.
  const other = await connect(url);
  await eventually(async () => {
    const { rows } = await other.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%audit_events%'",
    );
    expect(rows.length).toBeGreaterThan(0);
  });
  const then = old.inserted();
  await eventually(() => expect(old.inserted()).toBeGreaterThan(then));
  await client.query('COMMIT');
  await migrated;
  await old.stop();
  const { rows } = await other.query("SELECT relkind FROM pg_class WHERE oid = 'audit_events'::regclass");
  await other.end();
  expect(rows).toEqual([{ relkind: 'p' }]);
});
