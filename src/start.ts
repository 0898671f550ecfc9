import { availableParallelism } from 'node:os';
import { migrate, migrateQueueTables } from './database/migrate.js';
import { createDependencies, type Dependencies } from './dependencies.js';
import { QUEUE_SCHEMA } from './jobs/mail-queue.js';
import { loadSettings, readEnvironment, type Settings, SettingsError, sizeThreadPool } from './settings.js';

/** The settings of this process; prints every reason and ends it when they are refused. */
export function settingsOrExit(): Settings {
  try {
    return loadSettings(readEnvironment());
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Brings the database and, where it lives there, the queue to this version. */
export async function migrateAll(dependencies: Dependencies): Promise<void> {
  await migrate(dependencies.orm);
  if (dependencies.redis === undefined) await migrateQueueTables(dependencies.directUrl, QUEUE_SCHEMA);
}

/** Settings → dependencies → migrations; what server and worker have in common. */
export async function start(): Promise<Dependencies> {
  const settings = settingsOrExit();
  sizeThreadPool(availableParallelism());
  const dependencies = await createDependencies(settings);
  await migrateAll(dependencies);
  return dependencies;
}

const CLOSE_WITHIN_MILLISECONDS = 20_000;

/** Runs `close` at the first SIGTERM or SIGINT and ends the process; a second signal, or a close that hangs, ends it at once. */
export function closeOnSignal({ logger }: Dependencies, close: () => Promise<void>): void {
  let closing = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) process.exit(1);
    closing = true;
    logger.info({ signal }, 'closing');
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MILLISECONDS).unref();
    close().then(
      () => process.exit(0),
      (cause: unknown) => {
        logger.error({ err: cause }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // A promise that nobody awaits is a bug to be told, and no reason to drop everybody else's request.
  process.on('unhandledRejection', (cause) => logger.error({ err: cause }, 'a rejection was not handled'));
}
