import type { Dependencies } from '../dependencies.js';
import { startEmailKeys } from './fill-email-keys.js';
import { startMailWorker } from './mail-worker.js';
import { startMaintenanceWorker } from './maintenance-worker.js';
import { startPasswordCheckWorker } from './password-check-worker.js';
import type { BackgroundWork } from './queue-worker.js';

/** Starts everything that this process runs in the background. */
export function startWorkers(dependencies: Dependencies): BackgroundWork {
  const workers = [startMailWorker(dependencies), startMaintenanceWorker(dependencies)];
  if (dependencies.settings.emailDeduplication !== 'off') workers.push(startEmailKeys(dependencies));
  if (dependencies.settings.breachCheck) workers.push(startPasswordCheckWorker(dependencies));
  return {
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}
