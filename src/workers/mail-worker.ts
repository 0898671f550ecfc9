import { createPostgresBackend, type Job, Worker, type WorkerOptions } from 'bullmq';
import type { Dependencies } from '../dependencies.js';
import { postgresConnection } from '../jobs/mail-queue.js';
import { MAIL_QUEUE, sendMailBackoff, sendMailPayload } from '../jobs/send-mail.js';
import { connectRedis } from '../lib/redis.js';
import { MailError } from '../mail/mail-error.js';
import { startRelay } from './relay.js';
import { sendMail } from './send-mail.js';

/** The worker of the mails, with its relay. */
export interface MailWorker {
  /** Finishes the mails that are being sent; those that wait stay for the next worker. */
  close(): Promise<void>;
}

const CONCURRENCY = 5;
const LOCK_MILLISECONDS = 15_000;
const STALLED_CHECK_MILLISECONDS = 5_000;
/** A job may be left behind by this many killed workers. */
const MAX_STALLED = 20;
const CLOSE_WITHIN_MILLISECONDS = 10_000;

const options = {
  concurrency: CONCURRENCY,
  lockDuration: LOCK_MILLISECONDS,
  stalledInterval: STALLED_CHECK_MILLISECONDS,
  maxStalledCount: MAX_STALLED,
  settings: { backoffStrategy: sendMailBackoff },
} satisfies Partial<WorkerOptions>;

function openWorker(dependencies: Dependencies, work: (job: Job) => Promise<void>) {
  const { settings, directUrl, logger } = dependencies;
  if (settings.redisUrl === undefined) {
    const connection = postgresConnection(directUrl, CONCURRENCY);
    const worker = new Worker(MAIL_QUEUE, work as never, { ...options, connection }, createPostgresBackend);
    return { worker: worker as unknown as Worker, disconnect: () => undefined };
  }
  const connection = connectRedis(settings.redisUrl, 'blocking', logger);
  return {
    worker: new Worker(MAIL_QUEUE, work, { ...options, connection }),
    disconnect: () => connection.disconnect(),
  };
}

/** Starts sending the mails of the queue, and handing over those of the outbox that never reached it. */
export function startMailWorker(dependencies: Dependencies): MailWorker {
  const { logger } = dependencies;
  const { worker, disconnect } = openWorker(dependencies, async (job) => {
    await sendMail(dependencies, sendMailPayload.parse(job.data));
  });
  worker.on('error', (cause) => logger.warn({ err: cause, component: 'worker' }, 'the mail worker lost its queue'));
  worker.on('failed', (job, cause) => {
    const reason = cause instanceof MailError ? cause.message : undefined;
    const { outboxId, requestId } = job?.data ?? {};
    const attempts = job?.attemptsMade;
    logger.warn(
      { outboxId, requestId, attempts, reason, ...(reason === undefined ? { err: cause } : {}) },
      'a mail has to wait',
    );
  });
  const relay = startRelay(dependencies);
  return {
    async close() {
      await relay.close();
      const deadline = setTimeout(() => void worker.close(true), CLOSE_WITHIN_MILLISECONDS);
      await worker.close();
      clearTimeout(deadline);
      disconnect();
    },
  };
}
