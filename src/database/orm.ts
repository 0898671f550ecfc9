import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { ClientBase } from 'pg';
import type { Logger } from 'pino';
import { entities } from '../entities/all.js';
import { RequestClient } from '../lib/request-client.js';
import { migrations } from './migrations/all.js';
import { serveRequests } from './request-pool.js';
import { RetryingEntityManager } from './retrying-entity-manager.js';

/** What the ORM needs to know. */
export interface OrmOptions {
  url: string;
  poolMax: number;
  statementTimeoutMilliseconds: number;
  logger: Logger;
}

/** How long a request may wait for a connection before it is told that the database is away, in milliseconds. */
const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;

/** A server that has not even refused a statement this long after its limit is gone. */
const SILENCE_MILLISECONDS = 2_000;

/** Whatever the server, the role or the URL has set: how times are written to us, and how statements outside of a transaction run. */
const SESSION = [
  "SET DateStyle = 'ISO, MDY'",
  "SET IntervalStyle = 'postgres'",
  "SET TimeZone = 'UTC'",
  'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED',
].join('; ');

function prepareSession(client: ClientBase, done: (error?: Error) => void): void {
  client.query(SESSION).then(() => done(), done);
}

/** Builds the ORM; connects with the first query, so that a database that is away does not stop the process. */
export function createOrm(options: OrmOptions): MikroORM {
  const patience = options.statementTimeoutMilliseconds;
  return new MikroORM({
    entities,
    entityManager: RetryingEntityManager,
    clientUrl: options.url,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, tableName: 'migrations' },
    // The triggers that keep the audit log are the migration's own.
    schemaGenerator: { ignoreSchema: ['bullmq'], skipTables: ['rate_limits'], ignoreTriggers: true },
    pool: { min: 0, max: options.poolMax },
    driverOptions: {
      application_name: 'gatehouse',
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MILLISECONDS,
      statement_timeout: patience,
      keepAlive: true,
      verify: prepareSession,
      Client: RequestClient,
      onPoolCreated: serveRequests,
      answerWithinMillis: patience > 0 ? patience + SILENCE_MILLISECONDS : undefined,
    },
    // It asks, and may make, a database as soon as a connection is wanted, and fails where the server is away.
    ensureDatabase: false,
    forceUtcTimezone: true,
    logger: (message) => options.logger.debug({ component: 'orm' }, message),
  });
}
