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
import { lowerPoolPriority } from './lib/thread-priority.js';
import { within } from './lib/within.js';
import { startFailure } from './settings/start-failure.js';
import { transportWarnings } from './settings/transport-warnings.js';
import { unknownNameWarnings } from './settings/unknown-names.js';
import { loadSettings, readEnvironment, type Settings, SettingsError, sizeThreadPool } from './settings.js';

/** A process of the gateway from start to end. */
export interface Process {
  dependencies: Dependencies;
  /** Aborted when the process is told to end. */
  signal: AbortSignal;
  /** Sets the work to do first when the process is told to end, while every part is still running. */
  onDrain(drain: () => Promise<void>): void;
  /** Registers a part to close at the end. Parts are closed in reverse order, and the dependencies last. */
  onClose(close: () => Promise<void>): void;
}

/** Maximum time for closing each part, so that one that hangs does not keep the others from being closed. */
const PART_CLOSES_WITHIN_MILLISECONDS = 12_000;
/** The process ends after this time, counted from the end of the drain, even if a part still hangs. */
const CLOSE_WITHIN_MILLISECONDS = 24_000;
/** npm forwards a signal that the terminal already sent to the whole process group (Ctrl-C under `npm start`). */
const SAME_SIGNAL_MILLISECONDS = 2_000;
const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 2_000;

/** The settings of this process. If they are rejected, prints all reasons and exits. */
function settingsOrExit(): Settings {
  try {
    return loadSettings(readEnvironment());
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** JSON by default, and readable lines for a developer at a terminal. */
function logFormat({ logFormat: chosen, nodeEnv }: Settings): 'json' | 'pretty' {
  return chosen ?? (nodeEnv === 'development' && process.stdout.isTTY ? 'pretty' : 'json');
}

/** Migrates the database and, if it is in the database, the queue. Also synchronises the clock with the database. */
export async function migrateAll({ settings, directUrl, readiness, logger }: Dependencies): Promise<void> {
  const queueSchema = settings.redisUrl === undefined ? QUEUE_SCHEMA : undefined;
  await migrateDatabase({ url: directUrl, queueSchema, logger });
  await readiness.check().catch(() => undefined);
}

/** Logs a warning for each fault of the pooler in front of the database. */
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

/** The error message without the stack, because the reader is starting a database and not debugging code. */
function oneLineOf(cause: Error): string {
  const { message, errorCode } = describeError(cause) as { message: string; errorCode?: string };
  return (message.trim() || errorCode || cause.name).split('\n')[0] ?? '';
}

/** Runs `work`, and retries it while the database is unavailable. Other failures are thrown. */
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

/** Ends the process by `end` on the first signal. A later signal, unless it is a duplicate, ends it immediately. */
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
  // SIGHUP is sent when the terminal is closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
  // An unhandled rejection is a bug to report, but no reason to abort the requests of other clients.
  process.on('unhandledRejection', (cause) => logger.error({ err: cause }, 'unhandled promise rejection'));
}

/** Closes all parts in reverse order, even if some fail. Returns true if all were closed in time. */
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
 * Runs a process of the gateway: reads settings, creates dependencies, calls `run`, and closes everything at the end. If `run`
 * returns a number, the process exits with it. Otherwise it runs until a signal. A failure to start is reported in one line.
 */
export async function runProcess(
  run: (started: Process) => Promise<number | undefined>,
  { logTo = 'stdout' }: { logTo?: 'stdout' | 'stderr' } = {},
): Promise<void> {
  const settings = settingsOrExit();
  sizeThreadPool(availableParallelism());
  const logger = createLogger(settings.logLevel, logDestination(logFormat(settings), logTo));
  const warnings = [...transportWarnings(settings), ...unknownNameWarnings(readEnvironment())];
  for (const warning of warnings) logger.warn(warning);
  const stop = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  let drain = async (): Promise<void> => undefined;
  const opening = createDependencies(settings, { logger });
  const end = async (code: number): Promise<void> => {
    await drain();
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MILLISECONDS).unref();
    // A database that is being started must be running before it can be stopped.
    await opening.catch(() => undefined);
    const allClosed = await closeAll(closers, logger);
    process.exit(allClosed ? code : 1);
  };
  endOnSignal(logger, stop, end);
  try {
    const dependencies = await opening;
    lowerPoolPriority();
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
