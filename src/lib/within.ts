import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something for a while; tells whether it came to its end in time. What rejects in time rejects. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const timeUp = new AbortController();
  const late = sleep(milliseconds, false, { signal: timeUp.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timeUp.abort();
  }
}
