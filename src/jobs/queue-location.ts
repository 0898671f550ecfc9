import pg from 'pg';
import type { Logger } from 'pino';
import { connectionOptions } from '../lib/connection-options.js';
import { SteadyClient } from '../lib/steady-client.js';

/** Where the queues live: on Redis where there is one, else in the database. */
export interface QueueLocation {
  redisUrl?: string | undefined;
  databaseUrl: string;
  logger: Logger;
}

/** The schema that BullMQ keeps its tables in. */
export const QUEUE_SCHEMA = 'bullmq';
const CONNECT_WITHIN_MILLISECONDS = 5_000;
/** BullMQ's statements are short; a server that answers none of them by then is gone. */
const ANSWER_WITHIN_MILLISECONDS = 10_000;

/** The connections of one end of a queue in the database. BullMQ leaves the pool open, so its owner ends it. */
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
  // BullMQ keeps the connection that listens until it ends, also one to a server that takes no writes.
  pool.on('connect', (client) => {
    if (client instanceof SteadyClient) client.onSpoiled = () => client.drop();
  });
  // BullMQ tells of it, until it is closed.
  pool.on('error', () => undefined);
  return pool;
}
