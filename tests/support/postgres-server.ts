import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedDatabase } from '../../src/database/embedded.js';
import { migrateDatabase } from '../../src/database/migrate.js';
import { QUEUE_SCHEMA } from '../../src/jobs/queue-location.js';
import { createLogger } from '../../src/lib/logger.js';
import { whenFinished } from './cleanup.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A PostgreSQL of the test's own, migrated. */
export interface PostgresServer {
  url: string;
  /** Where its data lie. */
  directory: string;
  /** Runs statements as its owner, over one connection that stays. */
  run(text: string): Promise<pg.QueryResult>;
  /** Says anew who may connect, line by line, as in pg_hba.conf. */
  admit(lines: readonly string[]): Promise<void>;
}

/** Starts a PostgreSQL whose settings the test may change as it likes. */
export async function postgresServer(): Promise<PostgresServer> {
  const dataDir = temporaryDirectory('postgres');
  const logger = createLogger('silent');
  const { url, stop } = await startEmbeddedDatabase(dataDir, logger);
  const owner = new pg.Client({ connectionString: url });
  owner.on('error', () => undefined);
  await owner.connect();
  whenFinished(async () => {
    await owner.end().catch(() => undefined);
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  await owner.query('ALTER SYSTEM SET fsync = off');
  await migrateDatabase({ url, queueSchema: QUEUE_SCHEMA, logger });
  const directory = join(dataDir, 'postgres');
  return {
    url,
    directory,
    run: (text) => owner.query(text),
    async admit(lines) {
      writeFileSync(join(directory, 'pg_hba.conf'), `${lines.join('\n')}\n`);
      await owner.query('SELECT pg_reload_conf()');
    },
  };
}
