import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { pino } from 'pino';
import { expect, inject, it, onTestFinished } from 'vitest';
import { migrateDatabase } from '../../../src/database/migrate.js';
import { QUEUE_SCHEMA } from '../../../src/jobs/queue-location.js';
import { auditEvents } from '../../../src/services/audit/events.js';
import { purge } from '../../../src/services/maintenance/purge.js';
import { commandContext, faults, quickUser, rows } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { moveTo, signedInUser } from '../../support/email-change.js';
import { loggedIn, newEmail } from '../../support/journey.js';

const logger = pino({ level: 'silent' });
const document = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8');

/** The statements that docs/audit.md shows under a heading, with names of the test's own. */
function documented(heading: string, names: Record<string, string>): string {
  const block = new RegExp(`\`\`\`sql\\n(-- ${heading}.*?)\`\`\``, 's').exec(document)?.[1];
  if (block === undefined) throw new Error(`docs/audit.md shows no ${heading}.`);
  return Object.entries(names).reduce(
    (text, [name, own]) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), own),
    block,
  );
}

async function connected<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function refusal(url: string, text: string): Promise<string | undefined> {
  return await connected(url, (client) => client.query(text)).then(
    () => undefined,
    (error: pg.DatabaseError) => error.code,
  );
}

const INSUFFICIENT_PRIVILEGE = '42501';
const CHANGES = [
  "UPDATE audit_events SET metadata = '{}'",
  'UPDATE audit_events SET created_at = now()',
  'DELETE FROM audit_events',
  'TRUNCATE audit_events',
];

async function countEvents(gateway: TestGateway): Promise<number> {
  return (await rows(gateway, 'SELECT 1 FROM audit_events')).length;
}

it('U3: docs/audit.md lists every event and no other', () => {
  const listed = [...document.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, type]) => type);
  expect(listed).toEqual(Object.keys(auditEvents));
});

it('U3: nobody changes or deletes an event, the owner of the table included', async () => {
  const gateway = await testGateway();
  await quickUser(gateway);
  const before = await countEvents(gateway);
  expect(before).toBeGreaterThan(0);
  for (const text of CHANGES) expect(await refusal(gateway.database.url, text)).toBe(INSUFFICIENT_PRIVILEGE);
  // A user who is deleted leaves their events behind.
  await rows(gateway, 'DELETE FROM users');
  expect(await countEvents(gateway)).toBe(before);
});

it('U3: nor does a session that takes itself for a replica, in which plain triggers rest', async () => {
  const gateway = await testGateway();
  await quickUser(gateway);
  const before = await countEvents(gateway);
  for (const text of CHANGES) {
    const asReplica = `SET session_replication_role = replica; ${text}`;
    expect(await refusal(gateway.database.url, asReplica)).toBe(INSUFFICIENT_PRIVILEGE);
  }
  expect(await countEvents(gateway)).toBe(before);
});

it('U3: old events go by the setting alone, and young ones not even by it', async () => {
  const gateway = await testGateway({ env: { AUDIT_RETENTION: '40d' } });
  const insert = `INSERT INTO audit_events (id, type, success, risk_level, metadata, created_at)
    SELECT gen_random_uuid(), 'LOGIN', true, 'LOW', '{}', now() - n * interval '1 day' FROM unnest(ARRAY[1, 29, 31, 39, 41]) n`;
  await rows(gateway, insert);
  const { url } = gateway.database;
  const old = "DELETE FROM audit_events WHERE created_at < now() - interval '40 days'";
  expect(await refusal(url, old)).toBe(INSUFFICIENT_PRIVILEGE);
  const permitted = (before: string, text: string) =>
    `BEGIN; SELECT set_config('gatehouse.audit_purge_before', (${before})::text, true); ${text}; COMMIT`;
  const all = 'DELETE FROM audit_events';
  expect(await refusal(url, permitted('now()', all))).toBe(INSUFFICIENT_PRIVILEGE);
  expect(await refusal(url, permitted("now() - interval '40 days'", all))).toBe(INSUFFICIENT_PRIVILEGE);
  expect(await refusal(url, permitted('now()', 'TRUNCATE audit_events'))).toBe(INSUFFICIENT_PRIVILEGE);
  const edit = "UPDATE audit_events SET success = false WHERE created_at < now() - interval '40 days'";
  expect(await refusal(url, permitted('now()', edit))).toBe(INSUFFICIENT_PRIVILEGE);
  expect(await countEvents(gateway)).toBe(5);
  expect(await purge(commandContext(gateway))).toMatchObject({ 'audit events': 1 });
  expect(await countEvents(gateway)).toBe(4);
  const [oldest] = await rows(gateway, "SELECT min(created_at) > now() - interval '40 days' AS kept FROM audit_events");
  expect(oldest?.kept).toBe(true);
});

/** The partitions of the log, by name. */
async function partitions(gateway: TestGateway): Promise<string[]> {
  const text = "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_events'::regclass";
  return (await rows<{ name: string }>(gateway, text)).map(({ name }) => name).sort();
}

/** A time in each partition, and a time that none was made for. */
const SPREAD = `INSERT INTO audit_events (id, type, success, risk_level, metadata, created_at)
  SELECT gen_random_uuid(), 'LOGIN', true, 'LOW', '{}', now() + n * interval '1 month' FROM unnest(ARRAY[-2, 0, 1, 2, 9]) n`;

it('U3: what holds for the log holds for each of its partitions', async () => {
  const gateway = await testGateway();
  await rows(gateway, SPREAD);
  const names = await partitions(gateway);
  expect(names).toHaveLength(5);
  for (const name of names) {
    expect(await rows(gateway, `SELECT 1 FROM ${name}`)).toHaveLength(1);
    for (const text of CHANGES) {
      for (const mode of ['origin', 'replica']) {
        const direct = `SET session_replication_role = ${mode}; ${text.replace('audit_events', name)}`;
        expect([direct, await refusal(gateway.database.url, direct)]).toEqual([direct, INSUFFICIENT_PRIVILEGE]);
      }
    }
  }
  expect(await countEvents(gateway)).toBe(5);
});

/** A database with the two roles of docs/audit.md, migrated by its owner. */
async function twoRoles() {
  const suffix = randomBytes(4).toString('hex');
  const [owner, app, database] = [`gatehouse_owner_${suffix}`, `gatehouse_app_${suffix}`, `gatehouse_${suffix}`];
  const names = { gatehouse_owner: owner, gatehouse_app: app, gatehouse: database };
  const server = inject('postgresUrl');
  onTestFinished(async () => {
    await connected(server, async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await client.query(`DROP ROLE IF EXISTS ${owner}; DROP ROLE IF EXISTS ${app}`);
    });
  });
  await connected(server, async (client) => {
    // One by one, as a database is not made inside of a transaction.
    for (const statement of documented('roles', names).split(';\n')) {
      if (statement.trim() !== '') await client.query(statement);
    }
  });
  const as = (role: string, password: string) => {
    const url = new URL(`/${database}`, server);
    url.username = role;
    url.password = encodeURIComponent(password);
    return url.href;
  };
  const urls = { owner: as(owner, 'one long secret'), app: as(app, 'another long secret') };
  await migrateDatabase({ url: urls.owner, queueSchema: QUEUE_SCHEMA, logger });
  await connected(urls.owner, (client) => client.query(documented('grants', names)));
  return urls;
}

it('U3, K3: the gateway runs by a role that may add events and nothing else', async () => {
  const { owner, app } = await twoRoles();
  // What each start does finds nothing to do.
  await migrateDatabase({ url: app, queueSchema: QUEUE_SCHEMA, logger });
  const gateway = await testGateway({ worker: true, env: { DATABASE_URL: app, RATE_LIMITS: 'signup=100/1h' } });
  const user = await signedInUser(gateway);
  await moveTo(gateway, user, newEmail());
  await gateway.mailTo(user.email, { mail: 'email-changed' });
  expect(await countEvents(gateway)).toBeGreaterThan(4);
  for (const text of CHANGES) expect(await refusal(app, text)).toBe(INSUFFICIENT_PRIVILEGE);
  for (const text of [
    'CREATE TABLE mine (id int)',
    'ALTER TABLE audit_events DISABLE TRIGGER ALL',
    'DROP TRIGGER audit_events_append_only ON audit_events',
    'DROP TABLE audit_events',
    'CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ begin return old; end $$',
    'DELETE FROM migrations',
  ]) {
    expect([text, await refusal(app, text)]).toEqual([text, INSUFFICIENT_PRIVILEGE]);
  }

  const names = await partitions(gateway);
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    for (const text of [
      `ALTER TABLE audit_events DETACH PARTITION ${name}`,
      `DROP TABLE ${name}`,
      `TRUNCATE ${name}`,
      `SELECT FROM ${name}`,
      `INSERT INTO ${name} SELECT * FROM audit_events LIMIT 1`,
    ]) {
      expect([text, await refusal(app, text)]).toEqual([text, INSUFFICIENT_PRIVILEGE]);
    }
  }

  const insert = `INSERT INTO audit_events (id, type, success, risk_level, metadata, created_at)
    VALUES (gen_random_uuid(), 'LOGIN', true, 'LOW', '{}', now() - interval '500 days')`;
  await connected(app, (client) => client.query(insert));
  const before = await countEvents(gateway);
  await rows(gateway, "UPDATE sessions SET revoked_at = now() - interval '90 days'");
  expect(await purge(commandContext(gateway))).toMatchObject({ 'audit events': 0, sessions: 1, limits: 0 });
  expect(gateway.logLines.join('')).toContain('the database role is not allowed to delete these rows');
  expect(await countEvents(gateway)).toBe(before);
  // Privileges on a partition, as GRANT ... ON ALL TABLES gives them, are no way around the log's own.
  const oldest = names.find((name) => name.includes('before')) ?? '';
  await connected(owner, (client) => client.query(`GRANT SELECT, DELETE ON ${oldest} TO PUBLIC`));
  const around = `SELECT set_config('gatehouse.audit_purge_before', now()::text, false); DELETE FROM ${oldest}`;
  expect(await refusal(app, around)).toBe(INSUFFICIENT_PRIVILEGE);
  await connected(owner, (client) => client.query(documented('retention', {})));
  expect(await countEvents(gateway)).toBe(before - 1);
  // Partitions are created by the owner's rights.
  gateway.clock.advance(100 * 86_400);
  await purge(commandContext(gateway));
  expect((await partitions(gateway)).length).toBeGreaterThan(names.length);
  expect(faults(gateway)).toEqual([]);
  await loggedIn(gateway, (await quickUser(gateway)).email);
});
