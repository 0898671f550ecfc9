import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, type Job, Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { Dependencies } from '../dependencies.js';
import type { JobKind } from '../jobs/job-kind.js';
import { postgresPool } from '../jobs/queue-location.js';
import { isDatabaseUnavailable, isRightMissing } from '../lib/database-errors.js';
import { connectRedis, queueKeys } from '../lib/redis.js';
import { sparingWarning } from '../lib/sparing-warning.js';
import { within } from '../lib/within.js';

/** Work in the background that runs until it is closed. */
export interface BackgroundWork {
  /** Finishes running work; waiting work is left to the next worker. */
  close(): Promise<void>;
}

/** The options of a queue worker. */
export interface WorkerOptions<Payload> {
  kind: JobKind<Payload>;
  /** Number of concurrent jobs. */
  concurrency: number;
  /** Most connections beside the one that listens, if the queue is in the database. */
  poolSize: number;
  /** After this time another worker takes the jobs of a killed one. */
  lockMilliseconds: number;
  stalledCheckMilliseconds: number;
  /** A rejection is a fault; the job is retried as often as its kind says. */
  work(payload: Payload): Promise<void>;
}

/** This many killed workers can leave a job behind before it fails. */
const MAX_STALLED = 1_000;
const REOPEN_AFTER_MILLISECONDS = 1_000;
const AGAIN_AFTER_MILLISECONDS = 1_000;
/** Closing waits no longer than this for a running job, which is then retried. */
const CLOSE_WITHIN_MILLISECONDS = 5_000;
const CLOSE_AWAY_WITHIN_MILLISECONDS = 500;
const DISCONNECT_WITHIN_MILLISECONDS = 500;

interface OpenWorker {
  worker: Worker;
  /** Whether its queue can be reached; the end of a job cannot be reported to an unreachable one. */
  isConnected(): boolean;
  disconnect(): Promise<void>;
}

type Needs = Pick<Dependencies, 'settings' | 'directUrl' | 'logger'>;

function openWorker<Payload>(needs: Needs, options: WorkerOptions<Payload>, signal: AbortSignal): OpenWorker {
  const { settings, directUrl, logger } = needs;
  const { kind } = options;
  const work = async (job: Job): Promise<void> => {
    try {
      await options.work(kind.payload.parse(job.data));
    } catch (error) {
      await refuse(logger, kind.name, error, signal);
    }
  };
  const common = {
    concurrency: options.concurrency,
    lockDuration: options.lockMilliseconds,
    stalledInterval: options.stalledCheckMilliseconds,
    maxStalledCount: MAX_STALLED,
    // Otherwise a queue that refused a connection once is not retried for 15 seconds.
    runRetryDelay: REOPEN_AFTER_MILLISECONDS,
    autorun: false,
  };
  if (settings.redisUrl === undefined) {
    const connection = postgresPool(directUrl, options.poolSize + 1);
    const worker = new Worker(kind.queue, work as never, { ...common, connection }, createPostgresBackend);
    return { worker: worker as unknown as Worker, isConnected: () => true, disconnect: () => connection.end() };
  }
  const connection = connectRedis(settings.redisUrl, 'blocking', logger);
  return {
    worker: new Worker(kind.queue, work, { ...common, ...queueKeys(settings.redisUrl), connection }),
    isConnected: () => connection.status === 'ready',
    disconnect: async () => connection.disconnect(),
  };
}

/**
 * Fails a job after a pause, so that it is retried. The queue does not do the waiting, because it would use this machine's
 * clock. The queue stores the message of an error, so only our own message goes there; another one may quote a statement.
 */
async function refuse(logger: Logger, job: string, error: unknown, signal: AbortSignal): Promise<never> {
  // An unavailable database is reported by the code that waits for it, and not by each job.
  if (!isDatabaseUnavailable(error) || isRightMissing(error))
    logger.error({ err: error, component: 'worker', job }, 'a job failed');
  await sleep(AGAIN_AFTER_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  throw new Error('the job will be retried');
}

async function closeWorker({ worker, isConnected, disconnect }: OpenWorker): Promise<void> {
  const patience = isConnected() ? CLOSE_WITHIN_MILLISECONDS : CLOSE_AWAY_WITHIN_MILLISECONDS;
  await within(patience, worker.close(!isConnected()));
  await within(DISCONNECT_WITHIN_MILLISECONDS, disconnect());
}

/** Opens the worker and runs it. BullMQ never forgets that its first connection failed, so a new worker is created then. */
async function runWorker({ logger }: Needs, queue: string, open: () => OpenWorker, signal: AbortSignal): Promise<void> {
  const warnLost = sparingWarning(logger, { component: 'worker', queue }, 'the worker lost its queue');
  const warnAway = sparingWarning(logger, { component: 'worker', queue }, 'the worker could not reach its queue');
  while (!signal.aborted) {
    const opened = open();
    opened.worker.on('error', warnLost);
    try {
      await opened.worker.waitUntilReady();
      return await opened.worker.run();
    } catch (cause) {
      warnAway(cause);
    }
    await closeWorker(opened);
    await sleep(REOPEN_AFTER_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}

/** Runs the jobs of a queue until it is closed. The queue may be unavailable at first, and repeatedly. */
export function startQueueWorker<Payload>(needs: Needs, options: WorkerOptions<Payload>): BackgroundWork {
  const stop = new AbortController();
  let current: OpenWorker | undefined;
  const open = () => {
    current = openWorker(needs, options, stop.signal);
    return current;
  };
  const running = runWorker(needs, options.kind.queue, open, stop.signal);
  return {
    async close() {
      stop.abort();
      if (current !== undefined) await closeWorker(current);
      await within(CLOSE_AWAY_WITHIN_MILLISECONDS, running);
    },
  };
}
