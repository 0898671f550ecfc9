import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { migrateDatabase } from '../../src/database/migrate.js';
import { createOrm } from '../../src/database/orm.js';
import { QUEUE_SCHEMA } from '../../src/jobs/queue-location.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { freePort, isListening } from '../support/ports.js';

const logger = pino({ level: 'silent' });

async function emptyDatabase(): Promise<string> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`DROP SCHEMA ${QUEUE_SCHEMA} CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public`);
  await client.end();
  return database.url;
}

async function expectMigrated(url: string): Promise<void> {
  const orm = createOrm({ url, poolMax: 2, statementTimeoutMilliseconds: 30_000, logger });
  try {
    expect(await orm.migrator.getPending()).toEqual([]);
    expect(await orm.migrator.checkSchema()).toBe(false);
    expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
    const [{ tables } = { tables: 0 }] = await orm.em.execute<{ tables: number }[]>(
      `SELECT count(*)::int AS tables FROM information_schema.tables WHERE table_schema = '${QUEUE_SCHEMA}'`,
    );
    expect(tables).toBeGreaterThan(5);
  } finally {
    await orm.close(true);
  }
}

it('migrates an empty database once when three start together, to what the entities say', async () => {
  const url = await emptyDatabase();
  const migration = { url, queueSchema: QUEUE_SCHEMA, logger };
  await Promise.all([migrateDatabase(migration), migrateDatabase(migration), migrateDatabase(migration)]);
  await expectMigrated(url);
  await migrateDatabase(migration);
});

/** The PostgreSQL of the machine's packages, the oldest first. */
function installedServers(): string[] {
  const folder = '/usr/lib/postgresql';
  if (!existsSync(folder)) return [];
  const versions = readdirSync(folder).sort((one, other) => Number(one) - Number(other));
  return versions.map((version) => join(folder, version, 'bin')).filter((bin) => existsSync(join(bin, 'initdb')));
}

async function startServer(bin: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'));
  chmodSync(root, 0o777); // the server refuses to run as root
  const directory = join(root, 'data');
  const isRoot = process.getuid?.() === 0;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres']));
  const account = isRoot ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  execFileSync(join(bin, 'initdb'), ['-D', directory, '-U', 'tester', '-A', 'trust', '--no-sync', '--locale=C'], {
    ...account,
    stdio: 'ignore',
  });
  const port = await freePort();
  const words = ['-D', directory, '-p', String(port), '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  const server = spawn(join(bin, 'postgres'), words, { ...account, stdio: 'ignore' });
  onTestFinished(async () => {
    server.kill('SIGINT');
    await once(server, 'exit');
    rmSync(root, { recursive: true, force: true });
  });
  await eventually(async () => expect(await isListening(port)).toBe(true));
  return `postgresql://tester@127.0.0.1:${port}/postgres`;
}

const [oldest] = installedServers();

it.skipIf(oldest === undefined)('migrates the oldest PostgreSQL that is installed', async () => {
  const url = await startServer(oldest ?? '');
  await eventually(() => migrateDatabase({ url, queueSchema: QUEUE_SCHEMA, logger }));
  await expectMigrated(url);
});
