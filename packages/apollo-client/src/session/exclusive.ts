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
    const patience = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGranted = false;
    const granted = (waited: boolean) => {
      isGranted = true;
      clearTimeout(timer);
      return work(waited);
    };
    try {
      const result = await locks.request<T | typeof busy>(name, { ifAvailable: true }, async (lock) =>
        lock === null ? busy : granted(false),
      );
      if (result !== busy) return result as T;
      timer = setTimeout(() => patience.abort(), timeoutMs);
      return await locks.request(name, { signal: patience.signal }, () => granted(true));
    } catch (error) {
      if (isGranted) throw error;
      isLocking = false; // another tab does not release the lock, or locks are not allowed here, as in a sandboxed frame
      if (patience.signal.aborted) onTimeout();
      return work(true);
    }
  }

  return (work) => {
    const result = last.then(() => locked(work));
    last = result.catch(() => undefined);
    return result;
  };
}
