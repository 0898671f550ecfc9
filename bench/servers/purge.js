// Purges a database once per message and replies with the duration in milliseconds.
import { performance } from 'node:perf_hooks';
import { createDependencies } from '../../dist/dependencies.js';
import { createLogger } from '../../dist/lib/logger.js';
import { purge } from '../../dist/services/maintenance/purge.js';
import { loadSettings } from '../../dist/settings.js';

const dependencies = await createDependencies(loadSettings(process.env), { logger: createLogger('silent') });
process.on('message', async () => {
  const begun = performance.now();
  await purge({ ...dependencies, em: dependencies.orm.em.fork() });
  process.send(performance.now() - begun);
});
process.send('ready');
