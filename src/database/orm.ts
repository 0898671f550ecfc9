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

/** What the ORM needs to know. */
export interface OrmOptions {
  url: string;
  poolMax: number;
  statementTimeoutMilliseconds: number;
  logger: Logger;
  /** Is told the database's time. */
  clock?: Pick<FollowingClock, 'follow'>;
}

/** How long a request may wait for a connection before it is told that the database is away, in milliseconds. */
const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;

/** A server that has not even refused a statement this long after its limit is gone. */
const SILENCE_MILLISECONDS = 2_000;

const NOT_KEPT = 'a pooler drops prepared statements; every statement is planned again';

/**
 * Whatever the server, the role or the URL has set: how times are written to us, how long a statement may take, and how those
 * outside of a transaction run. Behind a pooler the session belongs to others too, so only what it follows is set there.
 */
const PREPARE_SESSION = `
  SELECT pg_backend_pid() = $1 AS direct, count(set_config(name, value, false)),
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
  FROM (VALUES
    ('DateStyle', 'ISO, MDY', true), ('TimeZone', 'UTC', true), ('IntervalStyle', 'postgres', false),
    ('default_transaction_isolation', 'read committed', false), ('statement_timeout', $2, false)
  ) AS own (name, value, is_followed)
  WHERE is_followed OR pg_backend_pid() = $1`;

/** Every connection also tells the time that counts: the database's, before anything is decided on it. */
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

/** Builds the ORM; connects with the first query, so that a database that is away does not stop the process. */
export function createOrm(options: OrmOptions): MikroORM {
  const patience = options.statementTimeoutMilliseconds;
  return new MikroORM({
    entities,
    driver: RetryingDriver,
    entityManager: RetryingEntityManager,
    clientUrl: options.url,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, tableName: 'migrations' },
    // The triggers and functions that keep the audit log are the migrations' own.
    schemaGenerator: {
      ignoreSchema: ['bullmq'],
      skipTables: ['rate_limits'],
      ignoreTriggers: true,
      ignoreRoutines: true,
    },
    pool: { min: 0, max: options.poolMax },
    // The ORM itself reads nothing of the URL's query.
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
    // It asks, and may make, a database as soon as a connection is wanted, and fails where the server is away.
    ensureDatabase: false,
    forceUtcTimezone: true,
    logger: (message) => options.logger.debug({ component: 'orm' }, message),
  });
}
