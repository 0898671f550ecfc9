import { createPostgresBackend, Queue } from 'bullmq';
import type { Logger } from 'pino';
import { connectRedis } from '../lib/redis.js';
import { within } from '../lib/within.js';
import { MAIL_QUEUE, SEND_MAIL, type SendMailPayload, sendMailOptions, sendMailPayload } from './send-mail.js';

/** Where the queue lives: on Redis where there is one, else in the database. */
export interface QueueLocation {
  redisUrl?: string | undefined;
  databaseUrl: string;
  logger: Logger;
}

/** The queue as its users see it. */
export interface MailQueue {
  /** Rejects when the queue is away. A mail that waits already is not added twice. */
  add(payload: SendMailPayload): Promise<void>;
  /** Whether the queue can be reached now, without asking it. */
  isReady(): boolean;
  /** How many jobs wait, run and are delayed. */
  counts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** The schema that BullMQ keeps its tables in. */
export const QUEUE_SCHEMA = 'bullmq';
const POOL_SIZE = 2;
const CONNECT_WITHIN_MILLISECONDS = 5_000;
const CLOSE_WITHIN_MILLISECONDS = 2_000;

/** The connection options of BullMQ's PostgreSQL backend. */
export function postgresConnection(databaseUrl: string, max = POOL_SIZE) {
  return {
    connectionString: databaseUrl,
    schema: QUEUE_SCHEMA,
    max,
    connectionTimeoutMillis: CONNECT_WITHIN_MILLISECONDS,
    application_name: 'gatehouse-queue',
    keepAlive: true,
  };
}

interface OpenQueue {
  queue: Queue;
  isReady(): boolean;
  disconnect(): void;
}

function openQueue(location: QueueLocation): OpenQueue {
  if (location.redisUrl === undefined) {
    const connection = postgresConnection(location.databaseUrl);
    const queue = new Queue(MAIL_QUEUE, { connection }, createPostgresBackend);
    return { queue: queue as unknown as Queue, isReady: () => true, disconnect: () => undefined };
  }
  const connection = connectRedis(location.redisUrl, 'command', location.logger);
  const queue = new Queue(MAIL_QUEUE, { connection });
  return { queue, isReady: () => connection.status === 'ready', disconnect: () => connection.disconnect() };
}

async function closeQueue({ queue, isReady, disconnect }: OpenQueue): Promise<void> {
  if (isReady()) await within(CLOSE_WITHIN_MILLISECONDS, queue.close()).catch(() => undefined);
  // It would wait for a Redis that is away; without its connection it comes to its end.
  else queue.close().catch(() => undefined);
  disconnect();
}

/** Opens the producer's side of the queue. */
export function createMailQueue(location: QueueLocation): MailQueue {
  let opened: OpenQueue | undefined;
  const open = (): OpenQueue => {
    if (opened === undefined) {
      opened = openQueue(location);
      opened.queue.on('error', (cause) =>
        location.logger.warn({ err: cause, component: 'queue' }, 'the queue is away'),
      );
    }
    return opened;
  };
  /** BullMQ never forgets that its first word with the queue failed, so a new queue is made for the next use. */
  const openWhenReady = async (): Promise<Queue> => {
    const current = open();
    if (!current.isReady()) throw new Error('The queue cannot be reached now.');
    try {
      await current.queue.waitUntilReady();
    } catch (cause) {
      if (opened === current) opened = undefined;
      await closeQueue(current);
      throw cause;
    }
    return current.queue;
  };
  // On Redis at once, so that it is known from the first request on whether it is there; in the database with its first
  // use, when its tables are there.
  if (location.redisUrl !== undefined) open();
  return {
    async add(payload) {
      const parsed = sendMailPayload.parse(payload);
      await (await openWhenReady()).add(SEND_MAIL, parsed, sendMailOptions(parsed));
    },
    isReady: () => open().isReady(),
    counts: async () => await (await openWhenReady()).getJobCounts('waiting', 'active', 'delayed', 'failed'),
    async close() {
      if (opened !== undefined) await closeQueue(opened);
    },
  };
}
