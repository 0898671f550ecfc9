import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from '../dependencies.js';
import { purgeJob } from '../jobs/purge.js';
import { createJobQueue } from '../jobs/queue.js';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import { purge } from '../services/maintenance/purge.js';
import { rollUp } from '../services/maintenance/roll-up.js';
import { type BackgroundWork, startQueueWorker } from './queue-worker.js';

const EVERY_MILLISECONDS = 3_600_000;
const LOCK_MILLISECONDS = 60_000;
const STALLED_CHECK_MILLISECONDS = 60_000;
const FIRST_RETRY_MILLISECONDS = 500;

/**
 * Schedules the hourly job. Each worker does so, and the queue keeps one. Repeated every hour, in case the queue has lost
 * it.
 */
async function schedulePurge({ settings, directUrl, logger }: Dependencies, signal: AbortSignal): Promise<void> {
  const queue = createJobQueue(purgeJob, { redisUrl: settings.redisUrl, databaseUrl: directUrl, logger });
  for (let failures = 0; !signal.aborted; ) {
    try {
      await queue.addEvery(EVERY_MILLISECONDS, {});
      failures = 0;
    } catch (cause) {
      failures += 1;
      // A newly opened connection is not ready yet.
      if (failures === 2) logger.warn({ err: cause, component: 'worker' }, 'the purge could not be scheduled yet');
    }
    const wait =
      failures === 0 ? EVERY_MILLISECONDS : Math.min(failures * FIRST_RETRY_MILLISECONDS, EVERY_MILLISECONDS);
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
  await queue.close();
}

/** Starts the hourly purge of expired data, which runs once for all replicas. */
export function startMaintenanceWorker(dependencies: Dependencies): BackgroundWork {
  const stop = new AbortController();
  const scheduled = schedulePurge(dependencies, stop.signal);
  const worker = startQueueWorker(dependencies, {
    kind: purgeJob,
    concurrency: 1,
    poolSize: 1,
    lockMilliseconds: LOCK_MILLISECONDS,
    stalledCheckMilliseconds: STALLED_CHECK_MILLISECONDS,
    work: async () => {
      const context = { ...dependencies, em: dependencies.orm.em.fork(), signal: stop.signal };
      // First, because the purge may delete what is to be counted.
      await rollUp(context, stop.signal).catch((cause: unknown) => {
        // The next run counts what this one did not, so a database that is unavailable loses nothing.
        const level = isDatabaseUnavailable(cause) ? 'warn' : 'error';
        dependencies.logger[level]({ err: cause, component: 'worker' }, 'the events could not be counted');
      });
      await purge(context);
    },
  });
  return {
    async close() {
      stop.abort();
      await Promise.all([scheduled, worker.close()]);
    },
  };
}
