import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, type Job, Worker, type WorkerOptions } from 'bullmq';
import type { Dependencies } from '../dependencies.js';
import { postgresConnection } from '../jobs/mail-queue.js';
import { MAIL_QUEUE, MailWaits, sendMailBackoff, sendMailPayload } from '../jobs/send-mail.js';
import { connectRedis } from '../lib/redis.js';
import { within } from '../lib/within.js';
import { startRelay } from './relay.js';
import { sendMail } from './send-mail.js';

/** The worker of the mails, with its relay. */
export interface MailWorker {
  /** Finishes the mails that are being sent; those that wait stay for the next worker. */
  close(): Promise<void>;
}

const CONCURRENCY = 5;
const LOCK_MILLISECONDS = 10_000;
const STALLED_CHECK_MILLISECONDS = 3_000;
/** A job may be left behind by this many killed workers. */
const MAX_STALLED = 1_000;
const REOPEN_AFTER_MILLISECONDS = 1_000;
/** A mail server that holds its answer back is not waited for longer when the worker closes; the mail is tried again. */
const CLOSE_WITHIN_MILLISECONDS = 5_000;
const CLOSE_AWAY_WITHIN_MILLISECONDS = 500;

const options = {
  concurrency: CONCURRENCY,
  lockDuration: LOCK_MILLISECONDS,
  stalledInterval: STALLED_CHECK_MILLISECONDS,
  maxStalledCount: MAX_STALLED,
  settings: { backoffStrategy: sendMailBackoff },
  autorun: false,
} satisfies Partial<WorkerOptions>;

interface OpenWorker {
  worker: Worker;
  /** Whether its queue can be reached; the end of a job cannot be told to one that is away. */
  isConnected(): boolean;
  disconnect(): void;
}

function openWorker({ settings, directUrl, logger }: Dependencies, work: (job: Job) => Promise<void>): OpenWorker {
  if (settings.redisUrl === undefined) {
    const connection = postgresConnection(directUrl, CONCURRENCY);
    const worker = new Worker(MAIL_QUEUE, work as never, { ...options, connection }, createPostgresBackend);
    return { worker: worker as unknown as Worker, isConnected: () => true, disconnect: () => undefined };
  }
  const connection = connectRedis(settings.redisUrl, 'blocking', logger);
  return {
    worker: new Worker(MAIL_QUEUE, work, { ...options, connection }),
    isConnected: () => connection.status === 'ready',
    disconnect: () => connection.disconnect(),
  };
}

async function closeWorker({ worker, isConnected, disconnect }: OpenWorker): Promise<void> {
  const patience = isConnected() ? CLOSE_WITHIN_MILLISECONDS : CLOSE_AWAY_WITHIN_MILLISECONDS;
  await within(patience, worker.close(!isConnected()));
  disconnect();
}

/** Opens the worker and runs it. BullMQ never forgets that its first connection failed, so a new worker is made then. */
async function runWorker(dependencies: Dependencies, signal: AbortSignal, opened: (open: OpenWorker) => void) {
  const { logger } = dependencies;
  while (!signal.aborted) {
    const open = openWorker(dependencies, async (job) => {
      await sendMail(dependencies, sendMailPayload.parse(job.data)).catch(hideCause);
    });
    open.worker.on('error', (cause) =>
      logger.warn({ err: cause, component: 'worker' }, 'the mail worker lost its queue'),
    );
    opened(open);
    try {
      await open.worker.waitUntilReady();
      return await open.worker.run();
    } catch (cause) {
      logger.warn({ err: cause, component: 'worker' }, 'the mail worker could not reach its queue');
    }
    await closeWorker(open);
    await sleep(REOPEN_AFTER_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}

/** The queue stores the message of what a job throws, so only our own goes there: another's may quote a statement. */
function hideCause(error: unknown): never {
  throw error instanceof MailWaits ? error : new MailWaits(REOPEN_AFTER_MILLISECONDS);
}

/** Starts sending the mails of the queue, and handing over those of the outbox that never reached it. */
export function startMailWorker(dependencies: Dependencies): MailWorker {
  const stop = new AbortController();
  let current: OpenWorker | undefined;
  const running = runWorker(dependencies, stop.signal, (open) => {
    current = open;
  });
  const relay = startRelay(dependencies);
  return {
    async close() {
      stop.abort();
      await relay.close();
      if (current !== undefined) await closeWorker(current);
      await within(CLOSE_AWAY_WITHIN_MILLISECONDS, running);
    },
  };
}
