// Runs a maintenance job of a database once per message, which names it, and replies with the duration in milliseconds.
import { performance } from 'node:perf_hooks';
import { createDependencies } from '../../dist/dependencies.js';
import { createLogger } from '../../dist/lib/logger.js';
import { purge } from '../../dist/services/maintenance/purge.js';
import { rollUp } from '../../dist/services/maintenance/roll-up.js';
import { loadSettings } from '../../dist/settings.js';

const jobs = { purge, rollUp };
const dependencies = await createDependencies(loadSettings(process.env), { logger: createLogger('silent') });
process.on('message', async (job) => {
  const begun = performance.now();
  await jobs[job]({ ...dependencies, em: dependencies.orm.em.fork() });
  process.send(performance.now() - begun);
});
process.send('ready');
