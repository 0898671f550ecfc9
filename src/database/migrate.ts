import type { MikroORM } from '@mikro-orm/postgresql';
import { runMigrations as migrateQueue } from 'bullmq';
import pg from 'pg';

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

/** Makes the tables of the queue for when it runs on PostgreSQL. */
export async function migrateQueueTables(url: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'gatehouse' });
  await client.connect();
  try {
    await migrateQueue(client, schema);
  } finally {
    await client.end();
  }
}
