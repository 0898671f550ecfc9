import { tick } from './clock.js';

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

/** How wide a gate is. */
export interface GateWidth {
  /** Tasks that run at once. */
  places: number;
  /** Tasks that wait. */
  queueLimit: number;
  /** What one key may hold of the places while there are others; all of them where it is left out. */
  share?: number;
}

/** So long others are expected to come again. */
const OTHERS_COME_WITHIN_MILLISECONDS = 10_000;

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
    /** The next of those who may whose turn it is; the rest of their line goes behind the other lines. */
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

/** Remembers whether a key was alone of late. */
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

/** Who holds the places. */
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

/**
 * A gate for some tasks at once and some waiting ones. Keys take turns, so that nobody's first task waits for more than one of
 * each other key; where the queue is full, the longest line gives its last place to a shorter one. A task that runs cannot be
 * stopped, so no key holds more than its share while others come: theirs find a place that is free.
 */
export function createGate(width: GateWidth): Gate {
  const lines = createLines();
  const holders = createHolders(width);
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
  /** A place goes back once, however often it is given back. */
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
    return turn(key, signal()).then((call) => (call === 'full' ? call : place(key)));
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
