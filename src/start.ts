import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { migrateDatabase } from './database/migrate.js';
import { createDependencies, type Dependencies } from './dependencies.js';
import { QUEUE_SCHEMA } from './jobs/queue-location.js';
import { isDatabaseUnavailable } from './lib/database-errors.js';
import { createLogger } from './lib/logger.js';
import { startFailure } from './settings/start-failure.js';
import { loadSettings, readEnvironment, type Settings, SettingsError, sizeThreadPool } from './settings.js';

/** A process from its start to its end. */
export interface Process {
  dependencies: Dependencies;
  /** Aborted once the process is told to end. */
  signal: AbortSignal;
  /** Adds what has to be closed at the end; the last one is closed first, and the dependencies are the last of all. */
  onClose(close: () => Promise<void>): void;
}

const CLOSE_WITHIN_MILLISECONDS = 20_000;
const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 2_000;

/** The settings of this process; prints every reason and ends it when they are refused. */
function settingsOrExit(): Settings {
  try {
    return loadSettings(readEnvironment());
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Brings the database and, where it lives there, the queue to this version. */
export async function migrateAll({ settings, directUrl, logger }: Dependencies): Promise<void> {
  const queueSchema = settings.redisUrl === undefined ? QUEUE_SCHEMA : undefined;
  await migrateDatabase({ url: directUrl, queueSchema, logger });
}

/** Does `work` as soon as the database lets it; what fails for another reason fails. */
export async function whenDatabaseIsThere(
  { logger, signal }: { logger: Logger; signal: AbortSignal },
  work: () => Promise<void>,
): Promise<void> {
  for (let wait = FIRST_RETRY_MILLISECONDS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MILLISECONDS)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (cause) {
      if (!isDatabaseUnavailable(cause)) throw cause;
      logger.warn({ err: cause, nextTryInMilliseconds: wait }, 'waiting for the database');
    }
    await sleep(wait, undefined, { signal });
  }
}

/** Ends the process at the first SIGTERM or SIGINT by `end`; a second signal, or an end that hangs, ends it at once. */
function endOnSignal(logger: Logger, stop: AbortController, end: (code: number) => Promise<void>): void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
    logger.info({ signal }, 'closing');
    void end(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // A promise that nobody awaits is a bug to be told, and no reason to drop everybody else's request.
  process.on('unhandledRejection', (cause) => logger.error({ err: cause }, 'a rejection was not handled'));
}

/**
 * Runs a process of the gateway: settings → dependencies → `run`, and everything closed again at its end. A process whose
 * `run` returns a number ends with it, any other by a signal. What keeps it from starting is told in one line.
 */
export async function runProcess(run: (started: Process) => Promise<number | undefined>): Promise<void> {
  const settings = settingsOrExit();
  sizeThreadPool(availableParallelism());
  const logger = createLogger(settings.logLevel);
  const stop = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  const opening = createDependencies(settings, { logger });
  const end = async (code: number): Promise<void> => {
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MILLISECONDS).unref();
    // A database that is being started has to be there before it can be stopped.
    await opening.catch(() => undefined);
    let exitCode = code;
    for (const close of closers.toReversed()) {
      await close().catch((cause: unknown) => {
        logger.error({ err: cause }, 'closing failed');
        exitCode = 1;
      });
    }
    process.exit(exitCode);
  };
  endOnSignal(logger, stop, end);
  try {
    const dependencies = await opening;
    closers.push(() => dependencies.close());
    stop.signal.throwIfAborted();
    const onClose = (close: () => Promise<void>) => void closers.push(close);
    const code = await run({ dependencies, signal: stop.signal, onClose });
    if (code !== undefined) await end(code);
  } catch (cause) {
    if (stop.signal.aborted) return;
    logger.debug({ err: cause }, 'the start failed');
    process.stderr.write(`${startFailure(cause, settings)}\n`);
    await end(1);
  }
}
