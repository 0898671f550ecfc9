import type { MikroORM } from '@mikro-orm/postgresql';
import {
  assertSchemaCompatibility,
  LATEST_SCHEMA_VERSION,
  runMigrations as migrateQueue,
  SchemaMigrationRequiredError,
} from 'bullmq';
import pg from 'pg';
import type { Logger } from 'pino';
import { connectionOptions } from '../lib/connection-options.js';
import { createOrm } from './orm.js';

/** Names our lock among the database's advisory locks. */
const MIGRATION_LOCK = 7_105_310;

/** Brings the database to this version. Replicas that start together wait for one another; the later ones find nothing to do. */
export async function migrate(orm: MikroORM): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    await em.execute('SET LOCAL statement_timeout = 0');
    await em.execute('SELECT pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    await orm.migrator.up({ transaction: em.getTransactionContext() });
  });
}

/** Whether the queue has its tables already. Only reads: the role that runs the gateway need not be the one that owns them. */
async function hasQueueTables(client: pg.Client, schema: string): Promise<boolean> {
  try {
    return (await assertSchemaCompatibility(client, schema)) >= LATEST_SCHEMA_VERSION;
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return false;
    throw error;
  }
}

/** Makes the tables of the queue for when it runs on PostgreSQL. */
export async function migrateQueueTables(url: string, schema: string): Promise<void> {
  const client = new pg.Client(connectionOptions(url, { application_name: 'gatehouse' }));
  // A connection that breaks rejects the query that runs; without a listener it would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (!(await hasQueueTables(client, schema))) await migrateQueue(client, schema);
  } finally {
    await client.end();
  }
}

/** What is migrated: our tables, and those of the queue where it lives in the database. */
export interface Migration {
  /** A direct connection, past any pooler. */
  url: string;
  queueSchema: string | undefined;
  logger: Logger;
}

/** Migrates over connections of its own, which end with it. */
export async function migrateDatabase({ url, queueSchema, logger }: Migration): Promise<void> {
  const orm = createOrm({ url, poolMax: 2, statementTimeoutMilliseconds: 0, logger });
  try {
    await migrate(orm);
  } finally {
    await orm.close(true);
  }
  if (queueSchema !== undefined) await migrateQueueTables(url, queueSchema);
}
