import { supportedNode } from './lib/supported-node.js';

supportedNode();

// Imported after the check, as native modules crash older versions before they can say why.
const [{ buildApp }, { closeOnSignal, start }, { startMailWorker }, { printWelcome }] = await Promise.all([
  import('./app.js'),
  import('./start.js'),
  import('./workers/mail-worker.js'),
  import('./welcome.js'),
]);

const dependencies = await start();
const { settings, logger } = dependencies;
const app = await buildApp(dependencies);
const worker = settings.runWorker ? startMailWorker(dependencies) : undefined;
await dependencies.watch();
await dependencies.keyRing.active();

closeOnSignal(dependencies, async () => {
  await app.close();
  await worker?.close();
  await dependencies.close();
});

await app.http.listen({ host: settings.host, port: settings.port });
logger.info({ addresses: app.http.addresses(), worker: settings.runWorker }, 'listening');
await printWelcome(dependencies);
