/** Lets a bounded number of tasks run at once and a bounded number wait. */
export interface Gate {
  /** Runs the task when there is a place; returns `'full'` at once when the queue has none either. */
  enter<Result>(task: () => Promise<Result>): Promise<Result | 'full'>;
  /** How many tasks run and how many wait. */
  load(): { running: number; waiting: number };
}

/** A gate for `concurrency` tasks at once and `queueLimit` waiting ones; first come, first served. */
export function createGate(concurrency: number, queueLimit: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    load: () => ({ running, waiting: waiting.length }),
    async enter(task) {
      if (running < concurrency) running += 1;
      else if (waiting.length >= queueLimit) return 'full';
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
