import type { Dependencies } from '../dependencies.js';
import { checkPasswordJob } from '../jobs/check-password.js';
import { relay as enqueueDue } from '../services/outbox/relay.js';
import { passwordChecks } from '../services/passwords/breach-check.js';
import { checkBreach } from '../services/passwords/check-breach.js';
import { contextWithoutClient } from '../services/use-case.js';
import { type BackgroundWork, startQueueWorker } from './queue-worker.js';
import { startRelay } from './relay.js';

const CONCURRENCY = 4;
const LOCK_MILLISECONDS = 10_000;
const STALLED_CHECK_MILLISECONDS = 10_000;
const RELAY_EVERY_MILLISECONDS = 2_000;

/** Starts looking up new passwords, and enqueuing checks that did not reach the queue or must be retried. */
export function startPasswordCheckWorker(dependencies: Dependencies): BackgroundWork {
  const worker = startQueueWorker(dependencies, {
    kind: checkPasswordJob,
    concurrency: CONCURRENCY,
    poolSize: 1,
    lockMilliseconds: LOCK_MILLISECONDS,
    stalledCheckMilliseconds: STALLED_CHECK_MILLISECONDS,
    work: ({ userId, requestId }) =>
      checkBreach(contextWithoutClient(dependencies, requestId ?? `check-${userId}`), userId),
  });
  const relay = startRelay({
    rows: 'password checks',
    everyMilliseconds: RELAY_EVERY_MILLISECONDS,
    logger: dependencies.logger,
    round: () => enqueueDue(dependencies, passwordChecks, dependencies.passwordCheckQueue),
  });
  return {
    async close() {
      await relay.close();
      await worker.close();
    },
  };
}
