import type { Dependencies } from '../dependencies.js';
import { sendMailJob } from '../jobs/send-mail.js';
import { mailOutbox } from '../services/mail-outbox/outbox.js';
import { relay as enqueueDue } from '../services/outbox/relay.js';
import { type BackgroundWork, startQueueWorker } from './queue-worker.js';
import { startRelay } from './relay.js';
import { sendMail } from './send-mail.js';

const CONCURRENCY = 5;
const POOL_SIZE = 3;
const LOCK_MILLISECONDS = 10_000;
const STALLED_CHECK_MILLISECONDS = 3_000;
const RELAY_EVERY_MILLISECONDS = 1_000;

/** Starts sending the mails of the queue, and enqueuing outbox rows that did not reach it. */
export function startMailWorker(dependencies: Dependencies): BackgroundWork {
  const worker = startQueueWorker(dependencies, {
    kind: sendMailJob,
    concurrency: CONCURRENCY,
    poolSize: POOL_SIZE,
    lockMilliseconds: LOCK_MILLISECONDS,
    stalledCheckMilliseconds: STALLED_CHECK_MILLISECONDS,
    work: (payload) => sendMail(dependencies, payload),
  });
  const relay = startRelay({
    rows: 'mails',
    everyMilliseconds: RELAY_EVERY_MILLISECONDS,
    logger: dependencies.logger,
    round: () => enqueueDue(dependencies, mailOutbox, dependencies.mailQueue),
  });
  return {
    async close() {
      await relay.close();
      await worker.close();
    },
  };
}
