import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from './dependencies.js';
import { returnStartMemory } from './lib/start-memory.js';
import { supportedNode } from './lib/supported-node.js';
import { boundYoungGeneration } from './lib/young-generation.js';

supportedNode();
boundYoungGeneration();

// Imported after the check, because native modules crash older Node.js versions before they can report why.
const [
  { buildApp },
  { listenForMetrics },
  { migrateAll, runProcess, tellPoolerFaults, whenDatabaseIsThere },
  { startWorkers },
  { printWelcome },
] = await Promise.all([
  import('./app.js'),
  import('./http/metrics.js'),
  import('./start.js'),
  import('./workers/start-workers.js'),
  import('./welcome.js'),
]);

/** After this time the server listens even without a database: it is not ready, but can report that. */
const LISTEN_AFTER_MILLISECONDS = 3_000;

/** Invites the first admin if there is none. The log says what was done, and no address. */
async function inviteAdmin(dependencies: Dependencies, email: string): Promise<void> {
  const [{ inviteFirstAdmin }, { contextWithoutClient }] = await Promise.all([
    import('./services/admin/invite-first-admin.js'),
    import('./services/use-case.js'),
  ]);
  const outcome = await inviteFirstAdmin(contextWithoutClient(dependencies, `start-${process.pid}`), email);
  if (outcome === 'DISABLED') dependencies.logger.warn('the account of ADMIN_EMAIL is disabled, and there is no admin');
  else if (outcome !== 'EXISTS') dependencies.logger.info({ outcome }, 'there is no admin yet: see ADMIN_EMAIL');
}

await runProcess(async ({ dependencies, signal, onDrain, onClose }) => {
  const { settings, logger } = dependencies;
  const app = await buildApp(dependencies);
  let worker: ReturnType<typeof startWorkers> | undefined;
  onClose(async () => await worker?.close());
  onClose(() => app.close());
  onDrain(async () => {
    if (app.http.server.listening) await app.drain(settings.shutdownDrainSeconds);
  });

  const prepare = async () => {
    await whenDatabaseIsThere({ logger, signal }, async () => {
      await migrateAll(dependencies);
      await dependencies.keyRing.active();
      if (settings.adminEmail !== undefined) await inviteAdmin(dependencies, settings.adminEmail);
    });
    await Promise.all([dependencies.watch(), tellPoolerFaults(dependencies)]);
  };
  const prepared = prepare();
  prepared.catch(() => undefined); // awaited below, possibly after it has rejected
  await Promise.race([prepared, sleep(LISTEN_AFTER_MILLISECONDS, undefined, { ref: false })]);
  signal.throwIfAborted();
  await app.http.listen({ host: settings.host, port: settings.port });
  onClose(await listenForMetrics(dependencies));
  await prepared;
  signal.throwIfAborted();
  if (settings.runWorker) worker = startWorkers(dependencies);
  logger.info({ addresses: app.http.addresses(), worker: settings.runWorker }, 'ready');
  await printWelcome(dependencies);
  returnStartMemory();
  return undefined;
});
