import { supportedNode } from './lib/supported-node.js';

supportedNode();

// Imported after the check, as native modules crash older versions before they can say why.
const [{ closeOnSignal, start }, { startMailWorker }] = await Promise.all([
  import('./start.js'),
  import('./workers/mail-worker.js'),
]);

const dependencies = await start();
const worker = startMailWorker(dependencies);
closeOnSignal(dependencies, async () => {
  await worker.close();
  await dependencies.close();
});
dependencies.logger.info('the mail worker is running');
