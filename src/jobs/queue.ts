import { createPostgresBackend, Queue } from 'bullmq';
import { onceInAWhile } from '../lib/once-in-a-while.js';
import { connectRedis, queueKeys } from '../lib/redis.js';
import { sparingWarning } from '../lib/sparing-warning.js';
import { within } from '../lib/within.js';
import type { JobKind } from './job-kind.js';
import { postgresPool, type QueueLocation } from './queue-location.js';

/** The producer's side of the queue of one kind of job. */
export interface JobQueue<Payload> {
  /**
   * Rejects if the queue is unavailable. A job that is already waiting is not added again.
   * @param tries Number of previous attempts.
   */
  add(payload: Payload, tries?: number): Promise<void>;
  /** Like `add`, for overdue work: replaces its job if no worker will process it. */
  addAgain(payload: Payload, tries: number): Promise<void>;
  /** Adds the job immediately and then at this interval, once for all processes that request it. */
  addEvery(milliseconds: number, payload: Payload): Promise<void>;
  /** Returns true if the queue is connected. Does not query it. */
  isReady(): boolean;
  /** Returns true if the queue accepts jobs, by a recent write to its store. Bounded in time and never rejects. */
  takesJobs(): Promise<boolean>;
  /** Number of jobs in each state. */
  counts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

const CLOSE_WITHIN_MILLISECONDS = 2_000;
const DISCONNECT_WITHIN_MILLISECONDS = 500;
const WRITE_WITHIN_MILLISECONDS = 250;
const REMEMBER_MILLISECONDS = 1_000;

interface OpenQueue {
  queue: Queue;
  isReady(): boolean;
  /** Writes to the queue's store. Rejects if that fails. */
  tryWriting(): Promise<unknown>;
  disconnect(): Promise<void>;
}

function openQueue(name: string, location: QueueLocation, poolSize: number): OpenQueue {
  if (location.redisUrl === undefined) {
    const connection = postgresPool(location.databaseUrl, poolSize);
    const queue = new Queue(name, { connection }, createPostgresBackend);
    return {
      queue: queue as unknown as Queue,
      isReady: () => true,
      // The queue is in the database, which has its own check.
      tryWriting: async () => undefined,
      disconnect: () => connection.end(),
    };
  }
  const connection = connectRedis(location.redisUrl, 'command', location.logger);
  const queue = new Queue(name, { connection, ...queueKeys(location.redisUrl) });
  return {
    queue,
    isReady: () => connection.status === 'ready',
    tryWriting: async () => await connection.set(`gatehouse:probe:${name}`, '1', 'PX', REMEMBER_MILLISECONDS),
    disconnect: async () => connection.disconnect(),
  };
}

async function closeQueue({ queue, isReady, disconnect }: OpenQueue): Promise<void> {
  if (isReady()) await within(CLOSE_WITHIN_MILLISECONDS, queue.close()).catch(() => undefined);
  // Closing would wait for an unavailable Redis. It finishes once the connection is closed.
  else queue.close().catch(() => undefined);
  await within(DISCONNECT_WITHIN_MILLISECONDS, disconnect());
}

/** States of a job that a worker is processing or will process. */
const LIVE_STATES = ['waiting', 'active', 'prioritized', 'paused'];

/**
 * After losing data, a store can know a job that is in none of its lists, and would then not add another one with the same id.
 */
async function removeLost(queue: Queue, id: string): Promise<void> {
  if (!LIVE_STATES.includes(await queue.getJobState(id))) await queue.remove(id);
}

/** Opens the queue on first use and again after a failure. */
function reopening(open: () => OpenQueue) {
  let opened: OpenQueue | undefined;
  const present = () => {
    opened ??= open();
    return opened;
  };
  return {
    isReady: () => present().isReady(),
    tryWriting: () => present().tryWriting(),
    /** BullMQ does not recover from a failed initialisation, so the next use opens a new queue. */
    async whenReady(): Promise<Queue> {
      const current = present();
      if (!current.isReady()) throw new Error('The queue is unreachable.');
      try {
        await current.queue.waitUntilReady();
      } catch (cause) {
        if (opened === current) opened = undefined;
        await closeQueue(current);
        throw cause;
      }
      return current.queue;
    },
    async close() {
      if (opened !== undefined) await closeQueue(opened);
    },
  };
}

/** Opens the producer's side of a queue. `poolSize` is its maximum number of connections if it is in the database. */
export function createJobQueue<Payload>(
  kind: JobKind<Payload>,
  location: QueueLocation,
  { poolSize = 1, inUse = true } = {},
): JobQueue<Payload> {
  const warn = sparingWarning(location.logger, { component: 'queue', queue: kind.queue }, 'the queue is away');
  const queue = reopening(() => {
    const opened = openQueue(kind.queue, location, poolSize);
    opened.queue.on('error', warn);
    return opened;
  });
  /** True if adding the last job failed. */
  let refusedLast = false;
  const takesWrites = onceInAWhile(REMEMBER_MILLISECONDS, async () => {
    const written = await within(WRITE_WITHIN_MILLISECONDS, queue.tryWriting()).catch(() => false);
    // On Redis, the write itself is the most recent result.
    return written && (location.redisUrl !== undefined || !refusedLast);
  });
  // A queue on Redis connects immediately, so that its state is known from the first request on. A queue in the database
  // connects on first use, when its tables exist.
  if (inUse && location.redisUrl !== undefined) queue.isReady();
  const add = async (payload: Payload, tries: number, prepare?: (ready: Queue, id: string) => Promise<void>) => {
    const parsed = kind.payload.parse(payload);
    const options = kind.options(parsed, tries);
    try {
      const ready = await queue.whenReady();
      if (options.jobId !== undefined) await prepare?.(ready, options.jobId);
      await ready.add(kind.name, parsed, options);
      refusedLast = false;
    } catch (cause) {
      refusedLast = true;
      throw cause;
    }
  };
  return {
    add: (payload, tries = 0) => add(payload, tries),
    addAgain: (payload, tries) => add(payload, tries, removeLost),
    async addEvery(milliseconds, payload) {
      const data = kind.payload.parse(payload);
      const template = { name: kind.name, data, opts: kind.options(data, 0) };
      const ready = await queue.whenReady();
      const scheduled = await ready.getJobScheduler(kind.name);
      // A machine with a fast clock can have postponed the next run, and nothing else would move it forward.
      if ((scheduled?.next ?? 0) - Date.now() > milliseconds) await ready.removeJobScheduler(kind.name);
      await ready.upsertJobScheduler(kind.name, { every: milliseconds }, template);
    },
    isReady: queue.isReady,
    takesJobs: async () => queue.isReady() && (await takesWrites()),
    counts: async () => await (await queue.whenReady()).getJobCounts('waiting', 'active', 'delayed', 'failed'),
    close: queue.close,
  };
}
