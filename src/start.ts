import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { migrateDatabase } from './database/migrate.js';
import { findPoolerFaults } from './database/pooler.js';
import { createDependencies, type Dependencies } from './dependencies.js';
import { QUEUE_SCHEMA } from './jobs/queue-location.js';
import { isAccessRefused, isDatabaseUnavailable } from './lib/database-errors.js';
import { describeError } from './lib/describe-error.js';
import { createLogger, logDestination } from './lib/logger.js';
import { within } from './lib/within.js';
import { startFailure } from './settings/start-failure.js';
import { transportWarnings } from './settings/transport-warnings.js';
import { unknownNameWarnings } from './settings/unknown-names.js';
import { loadSettings, readEnvironment, type Settings, SettingsError, sizeThreadPool } from './settings.js';

/** A process from its start to its end. */
export interface Process {
  dependencies: Dependencies;
  /** Aborted once the process is told to end. */
  signal: AbortSignal;
  /** Sets what is done first when the process is told to end, while every part still works. */
  onDrain(drain: () => Promise<void>): void;
  /** Adds what has to be closed at the end; the last one is closed first, and the dependencies are the last of all. */
  onClose(close: () => Promise<void>): void;
}

/** Each part has this long to close; one that hangs keeps no other from being closed. */
const PART_CLOSES_WITHIN_MILLISECONDS = 12_000;
/** The process ends then whatever still hangs; begins after the drain. */
const CLOSE_WITHIN_MILLISECONDS = 24_000;
/** npm passes on a signal that the terminal has sent to the whole process group already (Ctrl-C under `npm start`). */
const SAME_SIGNAL_MILLISECONDS = 2_000;
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

/** JSON for machines; for a developer at a terminal, lines to read. */
function logFormat({ logFormat: chosen, nodeEnv }: Settings): 'json' | 'pretty' {
  return chosen ?? (nodeEnv === 'development' && process.stdout.isTTY ? 'pretty' : 'json');
}

/** Brings the database and, where it lives there, the queue to this version, and learns the database's time. */
export async function migrateAll({ settings, directUrl, readiness, logger }: Dependencies): Promise<void> {
  const queueSchema = settings.redisUrl === undefined ? QUEUE_SCHEMA : undefined;
  await migrateDatabase({ url: directUrl, queueSchema, logger });
  await readiness.check().catch(() => undefined);
}

/** Says in one line each what the pooler before the database would break later. */
export async function tellPoolerFaults(dependencies: Dependencies): Promise<void> {
  const { settings, databaseUrl: url, directUrl, logger } = dependencies;
  const check = {
    url,
    directUrl,
    hasRedis: settings.redisUrl !== undefined,
    statementTimeoutMilliseconds: settings.databaseStatementTimeoutMs,
  };
  const faults = await findPoolerFaults(check).catch((cause: unknown) => {
    logger.debug({ err: cause }, 'it could not be determined whether a pooler is in front of the database');
    return [];
  });
  for (const fault of faults) logger.warn(fault);
}

/** What went wrong, without the stack: nobody has to mend code while a database is being started. */
function oneLineOf(cause: Error): string {
  const { message, errorCode } = describeError(cause) as { message: string; errorCode?: string };
  return (message.trim() || errorCode || cause.name).split('\n')[0] ?? '';
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
      if (!isDatabaseUnavailable(cause) || isAccessRefused(cause)) throw cause;
      const reason = cause instanceof Error ? oneLineOf(cause) : 'unknown';
      logger.debug({ err: cause }, 'the database cannot be used yet');
      logger.warn({ reason, nextTryInMilliseconds: wait }, 'waiting for the database');
    }
    await sleep(wait, undefined, { signal });
  }
}

/** Ends the process by `end` at the first signal to end; one that comes well after the first ends it at once. */
function endOnSignal(logger: Logger, stop: AbortController, end: (code: number) => Promise<void>): void {
  let first = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      if (performance.now() - first >= SAME_SIGNAL_MILLISECONDS) process.exit(1);
      return;
    }
    first = performance.now();
    stop.abort();
    logger.info({ signal }, 'closing');
    void end(0);
  };
  // SIGHUP comes when the terminal is closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
  // A promise that nobody awaits is a bug to be told, and no reason to drop everybody else's request.
  process.on('unhandledRejection', (cause) => logger.error({ err: cause }, 'unhandled promise rejection'));
}

/** Closes every part in turn, the last one opened first, whatever becomes of the others; tells whether all went well. */
async function closeAll(closers: readonly (() => Promise<void>)[], logger: Logger): Promise<boolean> {
  let allClosed = true;
  for (const close of closers.toReversed()) {
    try {
      if (await within(PART_CLOSES_WITHIN_MILLISECONDS, close())) continue;
      logger.error('closing a component took too long');
    } catch (cause) {
      logger.error({ err: cause }, 'closing failed');
    }
    allClosed = false;
  }
  return allClosed;
}

/**
 * Runs a process of the gateway: settings → dependencies → `run`, and everything closed again at its end. A process whose
 * `run` returns a number ends with it, any other by a signal. What keeps it from starting is told in one line.
 */
export async function runProcess(run: (started: Process) => Promise<number | undefined>): Promise<void> {
  const settings = settingsOrExit();
  sizeThreadPool(availableParallelism());
  const logger = createLogger(settings.logLevel, logDestination(logFormat(settings)));
  const warnings = [...transportWarnings(settings), ...unknownNameWarnings(readEnvironment())];
  for (const warning of warnings) logger.warn(warning);
  const stop = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  let drain = async (): Promise<void> => undefined;
  const opening = createDependencies(settings, { logger });
  const end = async (code: number): Promise<void> => {
    await drain();
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MILLISECONDS).unref();
    // A database that is being started has to be there before it can be stopped.
    await opening.catch(() => undefined);
    const allClosed = await closeAll(closers, logger);
    process.exit(allClosed ? code : 1);
  };
  endOnSignal(logger, stop, end);
  try {
    const dependencies = await opening;
    closers.push(() => dependencies.close());
    stop.signal.throwIfAborted();
    const onClose = (close: () => Promise<void>) => void closers.push(close);
    const onDrain = (work: () => Promise<void>) => {
      drain = work;
    };
    const code = await run({ dependencies, signal: stop.signal, onDrain, onClose });
    if (code !== undefined) await end(code);
  } catch (cause) {
    if (stop.signal.aborted) return;
    logger.debug({ err: cause }, 'startup failed');
    process.stderr.write(`${startFailure(cause, settings)}\n`);
    await end(1);
  }
}
