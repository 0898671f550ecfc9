import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from '../dependencies.js';
import { fillEmailKeys } from '../services/maintenance/fill-email-keys.js';
import type { BackgroundWork } from './queue-worker.js';

const AGAIN_AFTER_MILLISECONDS = 60_000;

async function fillOnce(dependencies: Dependencies, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await fillEmailKeys({ ...dependencies, em: dependencies.orm.em.fork() });
      return;
    } catch (cause) {
      dependencies.logger.warn(
        { err: cause, component: 'worker' },
        'comparison keys could not be filled in for addresses',
      );
    }
    await sleep(AGAIN_AFTER_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}

/** Fills in, once at startup, the keys of EMAIL_DEDUPLICATION for accounts that were created before it was enabled. */
export function startEmailKeys(dependencies: Dependencies): BackgroundWork {
  const stop = new AbortController();
  const done = fillOnce(dependencies, stop.signal);
  return {
    async close() {
      stop.abort();
      await done;
    },
  };
}
