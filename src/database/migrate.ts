import { setTimeout as sleep } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import {
  assertSchemaCompatibility,
  LATEST_SCHEMA_VERSION,
  runMigrations as migrateQueue,
  SchemaMigrationRequiredError,
} from 'bullmq';
import pg from 'pg';
import type { Logger } from 'pino';
import { advisoryLocks } from '../lib/advisory-locks.js';
import { connectionOptions } from '../lib/connection-options.js';
import { isLockTimeout } from '../lib/database-errors.js';
import { migrations } from './migrations/all.js';
import { createOrm } from './orm.js';

const ASK_AGAIN_MILLISECONDS = 200;
/** While a migration waits for a table, later statements wait behind it, so it gives up soon and retries. */
const LOCK_TIMEOUT = '2s';
const LOCK_ATTEMPTS = 10;

function isOnline(name: string): boolean {
  const found = migrations.find((migration) => migration.name === name);
  return found?.class.prototype.isTransactional() === false;
}

/** Migrations that run together in one transaction, or a single one that runs outside of any. */
interface Step {
  names: string[];
  isOnline: boolean;
}

function nextStep(pending: string[]): Step {
  const online = pending.findIndex(isOnline);
  if (online === 0) return { names: pending.slice(0, 1), isOnline: true };
  return { names: online === -1 ? pending : pending.slice(0, online), isOnline: false };
}

/** Runs the next migrations under the lock, unless they run outside transactions. Returns the step that was found. */
async function runNextStep(orm: MikroORM): Promise<Step> {
  return await orm.em.fork().transactional(async (em) => {
    await em.execute('SET LOCAL statement_timeout = 0');
    await em.execute('SELECT pg_advisory_xact_lock(?)', [advisoryLocks.migrations]);
    const step = nextStep((await orm.migrator.getPending()).map(({ name }) => name));
    if (step.isOnline || step.names.length === 0) return step;
    await em.execute(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    await orm.migrator.up({ transaction: em.getTransactionContext(), migrations: step.names });
    return step;
  });
}

/** Runs a migration outside transactions, on another connection, while this transaction holds the lock. */
async function runOnline(orm: MikroORM, names: string[]): Promise<void> {
  const run = () =>
    orm.em.fork().transactional(async (em) => {
      await em.execute('SET LOCAL idle_in_transaction_session_timeout = 0');
      const lock = 'SELECT pg_try_advisory_xact_lock(?) AS taken';
      const [row] = await em.execute<{ taken: boolean }[]>(lock, [advisoryLocks.onlineMigrations]);
      if (row?.taken === true) await orm.migrator.up({ transaction: em.getTransactionContext(), migrations: names });
      return row?.taken === true;
    });
  while (!(await run())) await sleep(ASK_AGAIN_MILLISECONDS);
}

async function pastLockTimeouts<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (cause) {
      if (attempt === LOCK_ATTEMPTS || !isLockTimeout(cause)) throw cause;
    }
    await sleep(ASK_AGAIN_MILLISECONDS * attempt);
  }
}

/**
 * Migrates the database to this version. Replicas that start together wait for one another; later ones find nothing to do.
 */
export async function migrate(orm: MikroORM): Promise<void> {
  for (;;) {
    const step = await pastLockTimeouts(() => runNextStep(orm));
    if (step.names.length === 0) return;
    if (step.isOnline) await runOnline(orm, step.names);
  }
}

/** Tells whether the queue tables are up to date. Only reads, because the role that runs the gateway need not own them. */
async function hasQueueTables(client: pg.Client, schema: string): Promise<boolean> {
  try {
    return (await assertSchemaCompatibility(client, schema)) >= LATEST_SCHEMA_VERSION;
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return false;
    throw error;
  }
}

/** Creates or updates the tables of a queue that runs on PostgreSQL. */
export async function migrateQueueTables(url: string, schema: string): Promise<void> {
  const client = new pg.Client(connectionOptions(url, { application_name: 'gatehouse' }));
  // A lost connection rejects the running query; without a listener it would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (!(await hasQueueTables(client, schema))) await migrateQueue(client, schema);
  } finally {
    await client.end();
  }
}

/** The database to migrate, and the schema of the queue if the queue is in the database. */
export interface Migration {
  /** A direct connection that bypasses any pooler. */
  url: string;
  queueSchema: string | undefined;
  logger: Logger;
}

/** Migrates over connections of its own, and closes them. */
export async function migrateDatabase({ url, queueSchema, logger }: Migration): Promise<void> {
  const orm = createOrm({ url, poolMax: 2, statementTimeoutMilliseconds: 0, logger });
  try {
    await migrate(orm);
  } finally {
    await orm.close(true);
  }
  if (queueSchema !== undefined) await migrateQueueTables(url, queueSchema);
}
