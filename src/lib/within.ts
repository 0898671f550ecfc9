import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `work` up to the given time. Resolves to true if it finished in time, and rejects if it rejected in time. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const timeUp = new AbortController();
  const late = sleep(milliseconds, false, { signal: timeUp.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timeUp.abort();
  }
}
