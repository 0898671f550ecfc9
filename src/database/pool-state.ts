import type pg from 'pg';
import type { Logger } from 'pino';
import { tick } from '../lib/clock.js';
import { within } from '../lib/within.js';
import { requestsWaiting } from './request-pool.js';

/** What the pool of the requests is like. */
export interface PoolState {
  /** Whether requests wait for a connection; they are served when their turn comes. */
  isFull(): boolean;
  /** Whether it will never serve again, though the database would: only another process helps. */
  isStuck(): boolean;
  close(): void;
}

/** What watching a pool needs. */
export interface PoolWatch {
  /** Connects to the same database without the pool; rejects where that fails. */
  connect(): Promise<unknown>;
  logger: Logger;
  /** A pool that has moved nothing for so long is stuck. */
  stuckAfterMilliseconds: number;
  lookEveryMilliseconds?: number;
}

const LOOK_EVERY_MILLISECONDS = 10_000;
const ANSWER_WITHIN_MILLISECONDS = 1_400;
const LEAST_STILL_MILLISECONDS = 60_000;
/** What is taken for the limit of statements where there is none. */
const LONGEST_STATEMENT_MILLISECONDS = 300_000;

/** A pool that has moved nothing while every statement could have come to its limit twice is stuck; in milliseconds. */
export function stuckAfter(statementTimeoutMilliseconds: number): number {
  const limit = statementTimeoutMilliseconds > 0 ? statementTimeoutMilliseconds : LONGEST_STATEMENT_MILLISECONDS;
  return Math.max(LEAST_STILL_MILLISECONDS, 2 * limit);
}

/** Looks now and then whether the pool still gives connections and takes them back. */
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
    // A database that is away is no reason to end: it comes back, and the pool with it.
    stuck = isStill && (await isThere());
    if (stuck && !wasStuck)
      logger.error('no connection has been returned to the pool for a long time; restart this process');
  };
  const timer = setInterval(() => void look(), lookEveryMilliseconds);
  timer.unref();
  return {
    isFull: () => pool.waitingCount + requestsWaiting(pool) > 0,
    isStuck: () => stuck,
    close: () => clearInterval(timer),
  };
}
