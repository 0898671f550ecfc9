import type { Logger } from 'pino';

/** Where the queues live: on Redis where there is one, else in the database. */
export interface QueueLocation {
  redisUrl?: string | undefined;
  databaseUrl: string;
  logger: Logger;
}

/** The schema that BullMQ keeps its tables in. */
export const QUEUE_SCHEMA = 'bullmq';
const CONNECT_WITHIN_MILLISECONDS = 5_000;

/** The connection options of BullMQ's PostgreSQL backend; a worker has one more connection, by which it listens. */
export function postgresConnection(databaseUrl: string, max: number) {
  return {
    connectionString: databaseUrl,
    schema: QUEUE_SCHEMA,
    max,
    connectionTimeoutMillis: CONNECT_WITHIN_MILLISECONDS,
    application_name: 'gatehouse-queue',
    keepAlive: true,
  };
}
