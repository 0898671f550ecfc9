import { createPostgresBackend, Queue } from 'bullmq';
import { onceInAWhile } from '../lib/once-in-a-while.js';
import { connectRedis, queueKeys } from '../lib/redis.js';
import { sparingWarning } from '../lib/sparing-warning.js';
import { within } from '../lib/within.js';
import type { JobKind } from './job-kind.js';
import { postgresPool, type QueueLocation } from './queue-location.js';

/** The queue of one kind of job, as those who fill it see it. */
export interface JobQueue<Payload> {
  /**
   * Rejects when the queue is away. A job that waits already is not added twice.
   * @param tries How often its work was begun already.
   */
  add(payload: Payload, tries?: number): Promise<void>;
  /** The same for work that should have been done by now: a job of it that no worker will come to is replaced. */
  addAgain(payload: Payload, tries: number): Promise<void>;
  /** Adds the job now and then every so many milliseconds, once for all processes that ask for it. */
  addEvery(milliseconds: number, payload: Payload): Promise<void>;
  /** Whether the queue can be reached now, without asking it. */
  isReady(): boolean;
  /** Whether the queue takes jobs: its store was written to a moment ago. Bounded in time, and never rejects. */
  takesJobs(): Promise<boolean>;
  /** How many jobs wait, run and are delayed. */
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
  /** Writes to the store of the queue; rejects where that takes nothing. */
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
      // It is in the database, which has a check of its own.
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
  // It would wait for a Redis that is away; without its connection it comes to its end.
  else queue.close().catch(() => undefined);
  await within(DISCONNECT_WITHIN_MILLISECONDS, disconnect());
}

/** Where a worker comes to a job, or is at it. */
const LIVE_STATES = ['waiting', 'active', 'prioritized', 'paused'];

/** A store that lost a part of itself may know a job that it has in no order, and would add no other of that id. */
async function removeLost(queue: Queue, id: string): Promise<void> {
  if (!LIVE_STATES.includes(await queue.getJobState(id))) await queue.remove(id);
}

/** Opens the queue with its first use, and anew after a failure. */
function reopening(open: () => OpenQueue) {
  let opened: OpenQueue | undefined;
  const present = () => {
    opened ??= open();
    return opened;
  };
  return {
    isReady: () => present().isReady(),
    tryWriting: () => present().tryWriting(),
    /** BullMQ never forgets that its first word with the queue failed, so a new queue is made for the next use. */
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

/** Opens the producer's side of a queue. `poolSize`: its most connections, where it lives in the database. */
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
  /** What became of the last job that was handed over. */
  let refusedLast = false;
  const takesWrites = onceInAWhile(REMEMBER_MILLISECONDS, async () => {
    const written = await within(WRITE_WITHIN_MILLISECONDS, queue.tryWriting()).catch(() => false);
    // On Redis the write itself is the newest outcome.
    return written && (location.redisUrl !== undefined || !refusedLast);
  });
  // On Redis at once, so that it is known from the first request on whether it is there; in the database with its first
  // use, when its tables are there.
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
      // A machine whose clock was ahead has put the next one off for as long, and nothing else would bring it forward.
      if ((scheduled?.next ?? 0) - Date.now() > milliseconds) await ready.removeJobScheduler(kind.name);
      await ready.upsertJobScheduler(kind.name, { every: milliseconds }, template);
    },
    isReady: queue.isReady,
    takesJobs: async () => queue.isReady() && (await takesWrites()),
    counts: async () => await (await queue.whenReady()).getJobCounts('waiting', 'active', 'delayed', 'failed'),
    close: queue.close,
  };
}
