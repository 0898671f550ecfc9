import type pg from 'pg';
import type { Logger } from 'pino';
import { tick } from '../lib/clock.js';
import { within } from '../lib/within.js';
import { requestsWaiting } from './request-pool.js';

/** The state of the request pool. */
export interface PoolState {
  /** Whether requests wait for a connection; they are served in turn. */
  isFull(): boolean;
  /** Whether the pool will never serve again although the database would; only a new process helps. */
  isStuck(): boolean;
  close(): void;
}

/** The options of `watchPool`. */
export interface PoolWatch {
  /** Connects to the same database without the pool; rejects if that fails. */
  connect(): Promise<unknown>;
  logger: Logger;
  /** A pool without activity for this long is stuck. */
  stuckAfterMilliseconds: number;
  lookEveryMilliseconds?: number;
}

const LOOK_EVERY_MILLISECONDS = 10_000;
const ANSWER_WITHIN_MILLISECONDS = 1_400;
const LEAST_STILL_MILLISECONDS = 60_000;

/** The connections that a request gets without waiting for another. It waits for a moment even if one is idle. */
function available({ idleCount, totalCount, options }: pg.Pool): number {
  return idleCount + Math.max(0, options.max - totalCount);
}

/** Replaces the limit of statements if there is none. */
const LONGEST_STATEMENT_MILLISECONDS = 300_000;

/**
 * Time without activity after which a pool is stuck, in milliseconds: every statement could have reached its limit twice.
 */
export function stuckAfter(statementTimeoutMilliseconds: number): number {
  const limit = statementTimeoutMilliseconds > 0 ? statementTimeoutMilliseconds : LONGEST_STATEMENT_MILLISECONDS;
  return Math.max(LEAST_STILL_MILLISECONDS, 2 * limit);
}

/** Checks regularly whether the pool still lends connections and takes them back. */
export function watchPool(pool: pg.Pool, watch: PoolWatch): PoolState {
  const { connect, logger, stuckAfterMilliseconds, lookEveryMilliseconds = LOOK_EVERY_MILLISECONDS } = watch;
  let lastMoved = tick();
  let stuck = false;
  const moved = () => {
    lastMoved = tick();
  };
  pool.on('acquire', moved);
  pool.on('release', moved);
  const isThere = () =>
    connect().then(
      () => true,
      () => false,
    );
  const look = async (): Promise<void> => {
    const isServing = await within(ANSWER_WITHIN_MILLISECONDS, pool.query('SELECT 1')).catch(() => false);
    const isStill = !isServing && tick() - lastMoved >= stuckAfterMilliseconds;
    const wasStuck = stuck;
    // An unavailable database is no reason to restart: it comes back, and the pool with it.
    stuck = isStill && (await isThere());
    if (stuck && !wasStuck)
      logger.error('no connection has been returned to the pool for a long time; restart this process');
  };
  const timer = setInterval(() => void look(), lookEveryMilliseconds);
  timer.unref();
  return {
    isFull: () => pool.waitingCount > available(pool) || requestsWaiting(pool) > 0,
    isStuck: () => stuck,
    close: () => clearInterval(timer),
  };
}
