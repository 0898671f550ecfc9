import { onTestFinished, vi } from 'vitest';

/** Whether messages between tabs are lost, as those to a frozen tab are. */
let areMessagesLost = false;
/** The channels that are open, by name. */
const channels = new Map<string, Set<FakeChannel>>();

class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  private readonly peers: Set<FakeChannel>;

  constructor(name: string) {
    this.peers = channels.get(name) ?? new Set();
    channels.set(name, this.peers);
    this.peers.add(this);
  }

  postMessage(data: unknown): void {
    if (areMessagesLost) return;
    for (const peer of this.peers) {
      if (peer !== this) void Promise.resolve().then(() => peer.onmessage?.({ data: structuredClone(data) }));
    }
  }

  close(): void {
    this.peers.delete(this);
    this.onmessage = null;
  }
}

/** Number of open channels. */
export function openChannels(): number {
  return [...channels.values()].reduce((count, peers) => count + peers.size, 0);
}

type Work = (lock: unknown) => Promise<unknown>;

/** Web Locks as the standard describes them, for one name at a time. */
function fakeLocks() {
  const queues = new Map<string, Promise<unknown>>();
  const held = new Set<string>();
  async function hold(name: string, work: Work) {
    held.add(name);
    try {
      return await work({ name });
    } finally {
      held.delete(name);
    }
  }
  return {
    request(name: string, options: { ifAvailable?: boolean; signal?: AbortSignal }, work: Work): Promise<unknown> {
      if (options.ifAvailable && held.has(name)) return work(null);
      const before = queues.get(name) ?? Promise.resolve();
      let isGranted = false;
      const aborted = new Promise<never>((_, reject) => {
        options.signal?.addEventListener('abort', () => isGranted || reject(new DOMException('Aborted', 'AbortError')));
      });
      const result = before.then(() => {
        if (options.signal?.aborted) throw new DOMException('Aborted', 'AbortError');
        isGranted = true;
        return hold(name, work);
      });
      queues.set(
        name,
        result.catch(() => undefined),
      );
      return Promise.race([result, aborted]);
    },
  };
}

/** What the sessions of a test share as the tabs of one browser. */
export interface FakeBrowser {
  /** The local storage. */
  storage: Map<string, string>;
  /** Fires `online` in every tab. */
  goOnline(): void;
  goOffline(): void;
  loseMessages(areLost: boolean): void;
  locks: ReturnType<typeof fakeLocks>;
}

/** Replaces the browser's parts of this process for one test, and the clock. */
export function fakeBrowser({ hasLocks = true, hasChannels = true } = {}): FakeBrowser {
  vi.useFakeTimers();
  channels.clear();
  areMessagesLost = false;
  const storage = new Map<string, string>();
  const online = new Set<() => void>();
  const locks = fakeLocks();
  const navigator = { onLine: true, ...(hasLocks && { locks }) };
  vi.stubGlobal('navigator', navigator);
  vi.stubGlobal('BroadcastChannel', hasChannels ? FakeChannel : undefined);
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => void storage.set(key, value),
    removeItem: (key: string) => void storage.delete(key),
  });
  vi.stubGlobal('addEventListener', (type: string, listener: () => void) => type === 'online' && online.add(listener));
  vi.stubGlobal('removeEventListener', (_type: string, listener: () => void) => online.delete(listener));
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  return {
    storage,
    locks,
    goOnline() {
      navigator.onLine = true;
      for (const listener of online) listener();
    },
    goOffline() {
      navigator.onLine = false;
    },
    loseMessages(areLost) {
      areMessagesLost = areLost;
    },
  };
}
