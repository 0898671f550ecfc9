import { supportedNode } from './lib/supported-node.js';

supportedNode();

// Imported after the check, because native modules crash older Node.js versions before they can report why.
const [{ listenForMetrics }, { migrateAll, runProcess, tellPoolerFaults, whenDatabaseIsThere }, { startWorkers }] =
  await Promise.all([import('./http/metrics.js'), import('./start.js'), import('./workers/start-workers.js')]);

await runProcess(async ({ dependencies, signal, onClose }) => {
  const { logger } = dependencies;
  await whenDatabaseIsThere({ logger, signal }, () => migrateAll(dependencies));
  await tellPoolerFaults(dependencies);
  const worker = startWorkers(dependencies);
  onClose(() => worker.close());
  onClose(await listenForMetrics(dependencies));
  logger.info('the worker is running');
  return undefined;
});
