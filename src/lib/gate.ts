/** Lets a bounded number of tasks run at once and a bounded number wait. */
export interface Gate {
  /**
   * Runs the task when there is a place; returns `'full'` at once when the queue has none either. A waiting task whose
   * `signal` is aborted gives its place in the queue up, and rejects with the signal's reason.
   */
  enter<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result | 'full'>;
  /** How many tasks run and how many wait. */
  load(): { running: number; waiting: number };
}

/** Waits in the line for a turn, or until the signal. */
function turnIn(line: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      line.delete(goOn);
      reject(signal?.reason);
    };
    const goOn = () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    };
    line.add(goOn);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** A gate for `concurrency` tasks at once and `queueLimit` waiting ones; first come, first served. */
export function createGate(concurrency: number, queueLimit: number): Gate {
  const line = new Set<() => void>();
  let running = 0;
  const leave = () => {
    const [next] = line;
    if (next === undefined) {
      running -= 1;
      return;
    }
    line.delete(next);
    next();
  };
  return {
    load: () => ({ running, waiting: line.size }),
    async enter(task, signal) {
      signal?.throwIfAborted();
      if (running < concurrency) running += 1;
      else if (line.size >= queueLimit) return 'full';
      else await turnIn(line, signal);
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
