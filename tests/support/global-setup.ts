import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../../src/database/embedded.js';
import { migrate, migrateQueueTables } from '../../src/database/migrate.js';
import { createOrm } from '../../src/database/orm.js';
import { QUEUE_SCHEMA } from '../../src/jobs/queue-location.js';
import { createLogger } from '../../src/lib/logger.js';
import { freePort } from './ports.js';
import { temporaryDirectory } from './temporary-directory.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server; its path is replaced by the name of a database. */
    postgresUrl: string;
    /** The database that each test's own one is copied from. */
    templateDatabase: string;
    /** A data directory as the first start of a process leaves it. */
    preparedDataDir: string;
    /** A Redis server, where one is installed. */
    redisUrl: string | null;
  }
}

const TEMPLATE = 'gatehouse_template';

async function migrateDatabase(url: string): Promise<void> {
  const orm = createOrm({ url, poolMax: 2, statementTimeoutMilliseconds: 30_000, logger: pino({ level: 'silent' }) });
  await migrate(orm);
  await migrateQueueTables(url, QUEUE_SCHEMA);
  await orm.close(true);
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query('ALTER SYSTEM SET fsync = off');
  await client.query('SELECT pg_reload_conf()');
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrateDatabase(new URL(`/${TEMPLATE}`, serverUrl).href);
}

/** A server with the tests' template, and beside it a data directory as the first start of a process leaves it. */
async function startDatabase(dataDir: string, preparedDataDir: string): Promise<EmbeddedDatabase> {
  const logger = createLogger('silent');
  const first = await startEmbeddedDatabase(dataDir, logger);
  await migrateDatabase(first.url);
  await first.stop();
  execFileSync('cp', ['-a', `${dataDir}/.`, preparedDataDir]);
  const server = await startEmbeddedDatabase(dataDir, logger);
  await makeTemplate(server.url);
  return server;
}

function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function startRedis(): Promise<{ url: string | null; process?: ChildProcess }> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL };
  if (!hasRedis()) {
    process.stderr.write('No Redis: its suites are skipped. Install it by: apt-get install redis-server\n');
    return { url: null };
  }
  const port = await freePort();
  const parameters = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('redis-server did not start')));
    child.stdout.on('data', (text: Buffer) => text.includes('Ready to accept connections') && resolve());
  });
  return { url: `redis://127.0.0.1:${port}`, process: child };
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = temporaryDirectory('test');
  const preparedDataDir = temporaryDirectory('prepared');
  const [database, redis] = await Promise.all([startDatabase(dataDir, preparedDataDir), startRedis()]);
  project.provide('preparedDataDir', preparedDataDir);
  project.provide('postgresUrl', database.url);
  project.provide('templateDatabase', TEMPLATE);
  project.provide('redisUrl', redis.url);
  return async () => {
    redis.process?.kill('SIGTERM');
    await database.stop();
    for (const folder of [dataDir, preparedDataDir]) rmSync(folder, { recursive: true, force: true });
  };
}
