import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** The name of libuv's pool threads, which hash passwords. */
const POOL_THREAD = 'libuv-worker';
/** On a core that both use, Linux gives a thread with this niceness a third of the time of one with the usual niceness. */
const NICENESS = 5;

/**
 * Lets the threads that hash passwords wait for the thread that answers requests, as a hash keeps a core busy for long. The
 * pool must have been used before. On Linux, `setPriority` takes the id of a thread; other systems do not know such ids.
 */
export function lowerPoolPriority(): void {
  try {
    for (const thread of readdirSync('/proc/self/task')) {
      const name = readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
      if (name === POOL_THREAD) setPriority(Number(thread), NICENESS);
    }
  } catch {
    // Without /proc, or without permission to change it, the threads keep their priority.
  }
}
