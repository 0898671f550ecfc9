import { platform } from './platform.js';

/** Work that changes the session. `waited` is true if something else changed it just before. */
export type Work<T> = (waited: boolean) => Promise<T>;

/** Runs one piece of work at a time. */
export type Exclusive = <T>(work: Work<T>) => Promise<T>;

/**
 * Creates the order in which a session changes: in this tab always, among all tabs with Web Locks. Without them, or if another
 * tab holds the lock for longer than the timeout, more requests are sent, and the gateway resolves the races.
 */
export function createExclusive(name: string, timeoutMs: number, isShared: boolean, onTimeout: () => void): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  let isLocking = isShared;

  async function locked<T>(work: Work<T>): Promise<T> {
    const locks = isLocking ? platform.navigator?.locks : undefined;
    if (locks === undefined) return work(false);
    const busy = Symbol();
    const result = await locks.request<T | typeof busy>(name, { ifAvailable: true }, async (lock) =>
      lock === null ? busy : work(false),
    );
    if (result !== busy) return result as T;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), timeoutMs);
    let isGranted = false;
    try {
      return await locks.request(name, { signal: patience.signal }, () => {
        isGranted = true;
        clearTimeout(timer);
        return work(true);
      });
    } catch (error) {
      if (isGranted) throw error;
      isLocking = false;
      onTimeout();
      return work(true);
    } finally {
      clearTimeout(timer);
    }
  }

  return (work) => {
    const result = last.then(() => locked(work));
    last = result.catch(() => undefined);
    return result;
  };
}
