import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { BackgroundWork } from './queue-worker.js';

/**
 * The options of a relay, which enqueues rows that their request could not enqueue: after a crash, or while the queue was
 * unavailable.
 */
export interface RelayOptions {
  /** The name of the rows in the log. */
  rows: string;
  everyMilliseconds: number;
  logger: Logger;
  /** Enqueues the rows that are due; returns whether there may be more. */
  round(): Promise<boolean>;
}

/** After a failure, a worker that was cut off with its work done gets this long to report it. */
const PAUSE_AFTER_FAILURE_MILLISECONDS = 3_000;

/** Repeats the round until it is closed. */
export function startRelay({ rows, everyMilliseconds, logger, round }: RelayOptions): BackgroundWork {
  const stop = new AbortController();
  const pause = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: stop.signal }).catch(() => undefined);
  const run = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; ) {
      try {
        while (await round());
        failures = 0;
      } catch (cause) {
        failures += 1;
        if (failures === 1) logger.warn({ err: cause }, `the relay could not enqueue ${rows}`);
      }
      await pause(failures === 0 ? everyMilliseconds : PAUSE_AFTER_FAILURE_MILLISECONDS);
    }
  };
  const running = run();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}
