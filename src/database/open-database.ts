import type { MikroORM, PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import type { FollowingClock } from '../lib/clock.js';
import type { Query, Transact } from '../lib/query.js';
import type { Settings } from '../settings.js';
import { startEmbeddedDatabase } from './embedded.js';
import { createOrm } from './orm.js';
import { type PoolState, stuckAfter, watchPool } from './pool-state.js';
import { createQuery, createTransact } from './query.js';
import { createDatabaseReadiness, type DatabaseReadiness } from './readiness.js';

/** The addresses of the database; both contain its password. */
export interface DatabaseLocation {
  databaseUrl: string;
  /** The URL that bypasses any pooler, for LISTEN and migrations. */
  directUrl: string;
  /** Stops the embedded server, if there is one. */
  stop(): Promise<void>;
}

/** Returns the configured database, or starts an embedded server. */
export async function openDatabase(settings: Settings, logger: Logger): Promise<DatabaseLocation> {
  if (settings.databaseUrl !== undefined) {
    const { databaseUrl } = settings;
    return { databaseUrl, directUrl: settings.databaseDirectUrl ?? databaseUrl, stop: async () => undefined };
  }
  const embedded = await startEmbeddedDatabase(settings.dataDir, logger);
  return { databaseUrl: embedded.url, directUrl: embedded.url, stop: () => embedded.stop() };
}

/** The parts of a process that use the database. */
export interface DatabaseParts extends Omit<DatabaseLocation, 'stop'> {
  orm: MikroORM;
  query: Query;
  /** Runs statements as one transaction in one round trip. */
  transact: Transact;
  readiness: DatabaseReadiness;
  poolState: PoolState;
}

/** Builds the parts that use the database, which connect on first use. `clock` follows the time of the database. */
export async function connectDatabase(
  { databaseUrl, directUrl }: DatabaseLocation,
  { settings, logger, clock }: { settings: Settings; logger: Logger; clock: FollowingClock },
): Promise<DatabaseParts> {
  const { databasePoolMax: poolMax, databaseStatementTimeoutMs: statementTimeoutMilliseconds } = settings;
  const orm = createOrm({ url: databaseUrl, poolMax, statementTimeoutMilliseconds, logger, clock });
  const query = createQuery(orm);
  const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
  const readiness = createDatabaseReadiness({ url: databaseUrl, logger, clock });
  const stuckAfterMilliseconds = stuckAfter(statementTimeoutMilliseconds);
  const poolState = watchPool(pool, { connect: readiness.check, logger, stuckAfterMilliseconds });
  return { databaseUrl, directUrl, orm, query, transact: createTransact(orm), readiness, poolState };
}
