import { tick } from './clock.js';

/** Releases a place. */
export type Leave = () => void;

/** Limits how many tasks run at once and how many wait. */
export interface Gate {
  /**
   * Takes a place for `key`: immediately if one is free, otherwise after waiting like `enter`. `signal` is called only if the
   * caller has to wait.
   */
  take(key: string, signal: () => AbortSignal | undefined): Leave | 'full' | Promise<Leave | 'full'>;
  /**
   * Runs the task once there is a place. Returns `'full'` if the queue is full as well. A waiting task whose `signal` is
   * aborted leaves the queue and rejects with the signal's reason. `key` identifies the owner of the task.
   */
  enter<Result>(task: () => Promise<Result>, signal?: AbortSignal, key?: string): Promise<Result | 'full'>;
  /** Number of running and waiting tasks. */
  load(): { running: number; waiting: number };
}

/** Capacity of a gate. */
export interface GateWidth {
  /** Maximum number of running tasks. */
  places: number;
  /** Maximum number of waiting tasks. */
  queueLimit: number;
  /** Maximum number of places for one key while other keys are active. Omit for no limit. */
  share?: number;
}

/** Other keys count as active for this long after their last visit. */
const OTHERS_COME_WITHIN_MILLISECONDS = 10_000;

type Call = 'your turn' | 'full';
type Waiter = (call: Call) => void;

/** Waiting tasks, in one line per key. The keys take turns. */
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
    /**
     * Removes and returns the next waiter whose key is allowed by `may`, and moves the rest of its line behind the other lines.
     */
    next(may: (key: string) => boolean): { key: string; waiter: Waiter } | undefined {
      for (const [key, line] of lines) {
        const [waiter] = line;
        if (waiter === undefined || !may(key)) continue;
        leave(key, waiter);
        if (lines.delete(key)) lines.set(key, line);
        return { key, waiter };
      }
      return undefined;
    },
    /** Removes and returns the last waiter of the longest line if that line is longer than `length`. */
    lastOfLongest(length: number): Waiter | undefined {
      const [longest] = [...lines].toSorted(([, one], [, other]) => other.size - one.size);
      if (longest === undefined || longest[1].size <= length) return undefined;
      const waiter = [...longest[1]].at(-1);
      if (waiter !== undefined) leave(longest[0], waiter);
      return waiter;
    },
  };
}

/** Records whether a key was the only one recently. */
function createVisits() {
  let latest = { key: '', at: Number.NEGATIVE_INFINITY };
  let otherAt = Number.NEGATIVE_INFINITY;
  return {
    note(key: string): void {
      if (key !== latest.key) otherAt = latest.at;
      latest = { key, at: tick() };
    },
    wasAlone: (key: string) => tick() - (key === latest.key ? otherAt : latest.at) > OTHERS_COME_WITHIN_MILLISECONDS,
  };
}

/** Counts the places held by each key. */
function createHolders({ places, share = places }: GateWidth) {
  const held = new Map<string, number>();
  const visits = createVisits();
  let running = 0;
  const heldBy = (key: string) => held.get(key) ?? 0;
  return {
    running: () => running,
    noteVisit: visits.note,
    hasRoomFor: (key: string) => running < places && (heldBy(key) < share || visits.wasAlone(key)),
    add(key: string): void {
      running += 1;
      held.set(key, heldBy(key) + 1);
    },
    remove(key: string): void {
      running -= 1;
      if (heldBy(key) > 1) held.set(key, heldBy(key) - 1);
      else held.delete(key);
    },
  };
}

/** Joins a line until its turn comes, the queue gives the place away, or the signal is aborted. */
function waitForTurn(
  lines: ReturnType<typeof createLines>,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Call> {
  return new Promise((resolve, reject) => {
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
}

/**
 * Creates a gate. Keys take turns, so the first task of a key waits for at most one task of each other key. If the queue is
 * full, the longest line gives up its last place to a shorter one. A running task cannot be stopped, so while other keys are
 * active no key holds more than its share, and their tasks find a free place.
 */
export function createGate(width: GateWidth): Gate {
  const lines = createLines();
  const holders = createHolders(width);
  /** Makes room in a full queue if another key occupies more of it. */
  const makeRoom = (key: string): boolean => {
    const waiter = lines.waiting() < width.queueLimit ? undefined : lines.lastOfLongest(lines.lengthOf(key) + 1);
    waiter?.('full');
    return lines.waiting() < width.queueLimit;
  };
  const letIn = (): void => {
    for (let next = lines.next(holders.hasRoomFor); next !== undefined; next = lines.next(holders.hasRoomFor)) {
      holders.add(next.key);
      next.waiter('your turn');
    }
  };
  /** The returned function releases the place once, even if it is called repeatedly. */
  const place = (key: string): Leave => {
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      holders.remove(key);
      letIn();
    };
  };
  const take: Gate['take'] = (key, signal) => {
    holders.noteVisit(key);
    if (holders.hasRoomFor(key)) {
      holders.add(key);
      return place(key);
    }
    if (!makeRoom(key)) return 'full';
    return waitForTurn(lines, key, signal()).then((call) => (call === 'full' ? call : place(key)));
  };
  return {
    take,
    load: () => ({ running: holders.running(), waiting: lines.waiting() }),
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
