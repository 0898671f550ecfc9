import pg from 'pg';
import type { Logger } from 'pino';
import { connectionOptions } from '../lib/connection-options.js';
import { SteadyClient } from '../lib/steady-client.js';

/** The store of the queues: Redis if configured, otherwise the database. */
export interface QueueLocation {
  redisUrl?: string | undefined;
  databaseUrl: string;
  logger: Logger;
}

/** The PostgreSQL schema of BullMQ's tables. */
export const QUEUE_SCHEMA = 'bullmq';
const CONNECT_WITHIN_MILLISECONDS = 5_000;
/** BullMQ's statements are short, so a server that does not respond by then is considered lost. */
const ANSWER_WITHIN_MILLISECONDS = 10_000;

/** The connection pool of one end of a queue in the database. BullMQ does not close the pool, so its owner must. */
export function postgresPool(databaseUrl: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOptions(databaseUrl, {
      application_name: 'gatehouse-queue',
      options: `-c search_path=${QUEUE_SCHEMA}`,
      connectionTimeoutMillis: CONNECT_WITHIN_MILLISECONDS,
      keepAlive: true,
      answerWithinMillis: ANSWER_WITHIN_MILLISECONDS,
    }),
    max,
    Client: SteadyClient,
  } as pg.PoolConfig);
  // BullMQ keeps its LISTEN connection until it ends, even if the server has become read-only.
  pool.on('connect', (client) => {
    if (client instanceof SteadyClient) client.onSpoiled = () => client.drop();
  });
  // Until it is closed, BullMQ reports these errors itself.
  pool.on('error', () => undefined);
  return pool;
}
