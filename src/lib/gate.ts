/** Gives a place back. */
export type Leave = () => void;

/** Lets a bounded number of tasks run at once and a bounded number wait. */
export interface Gate {
  /**
   * Takes a place for `key`: at once where one is free, otherwise as `enter` does. `signal` is asked for only by who waits.
   */
  take(key: string, signal: () => AbortSignal | undefined): Leave | 'full' | Promise<Leave | 'full'>;
  /**
   * Runs the task when there is a place; returns `'full'` when the queue has none either. A waiting task whose `signal` is
   * aborted gives its place in the queue up, and rejects with the signal's reason. `key` says whose the task is.
   */
  enter<Result>(task: () => Promise<Result>, signal?: AbortSignal, key?: string): Promise<Result | 'full'>;
  /** How many tasks run and how many wait. */
  load(): { running: number; waiting: number };
}

type Call = 'your turn' | 'full';
type Waiter = (call: Call) => void;

/** Those who wait, each in the line of their own key. The keys take turns. */
function createLines() {
  const lines = new Map<string, Set<Waiter>>();
  let waiting = 0;
  const leave = (key: string, waiter: Waiter): void => {
    const line = lines.get(key);
    if (line?.delete(waiter) !== true) return;
    waiting -= 1;
    if (line.size === 0) lines.delete(key);
  };
  return {
    waiting: () => waiting,
    lengthOf: (key: string) => lines.get(key)?.size ?? 0,
    leave,
    join(key: string, waiter: Waiter): void {
      const line = lines.get(key) ?? new Set();
      lines.set(key, line.add(waiter));
      waiting += 1;
    },
    /** The next whose turn it is; the rest of their line goes behind the other lines. */
    next(): Waiter | undefined {
      const [first] = lines;
      if (first === undefined) return undefined;
      const [key, line] = first;
      const [waiter] = line;
      if (waiter !== undefined) leave(key, waiter);
      if (lines.delete(key)) lines.set(key, line);
      return waiter;
    },
    /** The last of the longest line, if that is longer than `length`. */
    lastOfLongest(length: number): Waiter | undefined {
      const [longest] = [...lines].toSorted(([, one], [, other]) => other.size - one.size);
      if (longest === undefined || longest[1].size <= length) return undefined;
      const waiter = [...longest[1]].at(-1);
      if (waiter !== undefined) leave(longest[0], waiter);
      return waiter;
    },
  };
}

/**
 * A gate for `concurrency` tasks at once and `queueLimit` waiting ones. Keys take turns, so that nobody's first task waits for
 * more than one of each other key; where the queue is full, the longest line gives its last place to a shorter one.
 */
export function createGate(concurrency: number, queueLimit: number): Gate {
  const lines = createLines();
  let running = 0;
  const turn = (key: string, signal: AbortSignal | undefined): Promise<Call> =>
    new Promise((resolve, reject) => {
      const giveUp = () => {
        lines.leave(key, waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = (call) => {
        signal?.removeEventListener('abort', giveUp);
        resolve(call);
      };
      lines.join(key, waiter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  /** Makes room in a full queue, if somebody has taken more of it. */
  const makeRoom = (key: string): boolean => {
    const waiter = lines.waiting() < queueLimit ? undefined : lines.lastOfLongest(lines.lengthOf(key) + 1);
    waiter?.('full');
    return lines.waiting() < queueLimit;
  };
  const leave = () => {
    const next = lines.next();
    if (next === undefined) running -= 1;
    else next('your turn');
  };
  /** A place goes back once, however often it is given back. */
  const place = (): Leave => {
    let isTaken = true;
    return () => {
      if (isTaken) leave();
      isTaken = false;
    };
  };
  const take: Gate['take'] = (key, signal) => {
    if (running < concurrency) {
      running += 1;
      return place();
    }
    if (!makeRoom(key)) return 'full';
    return turn(key, signal()).then((call) => (call === 'full' ? call : place()));
  };
  return {
    take,
    load: () => ({ running, waiting: lines.waiting() }),
    async enter(task, signal, key = '') {
      signal?.throwIfAborted();
      const taken = await take(key, () => signal);
      if (taken === 'full') return taken;
      try {
        return await task();
      } finally {
        taken();
      }
    },
  };
}
