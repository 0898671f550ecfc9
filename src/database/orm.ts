import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { ClientBase, Pool } from 'pg';
import type { Logger } from 'pino';
import { entities } from '../entities/all.js';
import { type FollowingClock, tick } from '../lib/clock.js';
import { connectionOptions } from '../lib/connection-options.js';
import { RequestClient } from '../lib/request-client.js';
import { createStatementNames } from '../lib/statement-names.js';
import { migrations } from './migrations/all.js';
import { serveRequests } from './request-pool.js';
import { RetryingDriver } from './retrying-driver.js';
import { RetryingEntityManager } from './retrying-entity-manager.js';
import { dropStaleConnections } from './stale-connections.js';

/** The options of the ORM. */
export interface OrmOptions {
  url: string;
  poolMax: number;
  statementTimeoutMilliseconds: number;
  logger: Logger;
  /** Receives the database's time. */
  clock?: Pick<FollowingClock, 'follow'>;
}

/** Longest wait for a connection before the database counts as unavailable, in milliseconds. */
const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;

/** A server that has not even rejected a statement this long after its limit is gone. */
const SILENCE_MILLISECONDS = 2_000;

const NOT_KEPT = 'a pooler drops prepared statements; every statement is planned again';

/**
 * Overrides the settings of the server, the role and the URL for the format of times, the limit of statements, and the
 * isolation outside transactions. Behind a pooler other clients share the session, so only the settings that a pooler tracks
 * are set there.
 */
const PREPARE_SESSION = `
  SELECT pg_backend_pid() = $1 AS direct, count(set_config(name, value, false)),
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
  FROM (VALUES
    ('DateStyle', 'ISO, MDY', true), ('TimeZone', 'UTC', true), ('IntervalStyle', 'postgres', false),
    ('default_transaction_isolation', 'read committed', false), ('statement_timeout', $2, false)
  ) AS own (name, value, is_followed)
  WHERE is_followed OR pg_backend_pid() = $1`;

/** Prepares a new connection, and reads the database's clock before anything is decided on the connection. */
function prepareSession({ clock, statementTimeoutMilliseconds: limit }: OrmOptions) {
  return (client: ClientBase, done: (error?: Error) => void): void => {
    const from = tick();
    const { processID } = client as unknown as { processID: number };
    const prepare = async () => {
      const { rows } = await client.query<{ direct: boolean; now: number }>(PREPARE_SESSION, [
        processID,
        String(limit),
      ]);
      Object.assign(client, { isPooled: rows[0]?.direct !== true });
      clock?.follow(Number(rows[0]?.now), from, tick());
    };
    prepare().then(() => done(), done);
  };
}

/** Builds the ORM. Connects with the first query, so that an unavailable database does not stop the process. */
export function createOrm(options: OrmOptions): MikroORM {
  const patience = options.statementTimeoutMilliseconds;
  return new MikroORM({
    entities,
    driver: RetryingDriver,
    entityManager: RetryingEntityManager,
    clientUrl: options.url,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, tableName: 'migrations' },
    // The migrations own the triggers and functions that protect the audit log.
    schemaGenerator: {
      ignoreSchema: ['bullmq'],
      skipTables: ['rate_limits'],
      ignoreTriggers: true,
      ignoreRoutines: true,
    },
    pool: { min: 0, max: options.poolMax },
    // The ORM itself ignores the query string of the URL.
    driverOptions: {
      ...connectionOptions(options.url, {
        application_name: 'gatehouse',
        connectionTimeoutMillis: CONNECTION_TIMEOUT_MILLISECONDS,
        pooledLimitMillis: patience,
        keepAlive: true,
        answerWithinMillis: patience > 0 ? patience + SILENCE_MILLISECONDS : undefined,
        statementNames: createStatementNames((cause) => options.logger.warn({ err: cause }, NOT_KEPT)),
      }),
      verify: prepareSession(options),
      Client: RequestClient,
      onPoolCreated: (pool: Pool) => {
        dropStaleConnections(pool);
        serveRequests(pool);
      },
    },
    // Otherwise the ORM looks for a database on connecting, may create it, and fails if the server is unavailable.
    ensureDatabase: false,
    forceUtcTimezone: true,
    logger: (message) => options.logger.debug({ component: 'orm' }, message),
  });
}
