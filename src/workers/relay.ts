import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { BackgroundWork } from './queue-worker.js';

/** Hands rows over to their queue that their request could not: after a crash, or while the queue was away. */
export interface RelayOptions {
  /** What the rows are, as the log says it. */
  rows: string;
  everyMilliseconds: number;
  logger: Logger;
  /** One round; tells whether there may be more to hand over at once. */
  round(): Promise<boolean>;
}

/** Adds each row to its queue. Those that it did not take are given back, and the first reason why is thrown. */
export async function addEach<Row>(
  rows: readonly Row[],
  add: (row: Row) => Promise<void>,
  giveBack: (left: readonly Row[]) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(rows.map(add));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  await giveBack(rows.filter((_row, index) => results[index]?.status === 'rejected'));
  throw failed.reason;
}

/** After a failure a worker that was cut off with its work done gets this long to say so. */
const PAUSE_AFTER_FAILURE_MILLISECONDS = 3_000;

/** Goes round again and again until it is closed. */
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
