/** Web Locks, as far as they are used. */
interface Locks {
  request<T>(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    work: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

/** A channel between the tabs of an origin. */
export interface Channel {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  unref?(): void;
}

interface Platform {
  navigator?: { locks?: Locks; onLine?: boolean };
  BroadcastChannel?: new (name: string) => Channel;
  localStorage?: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  addEventListener?(type: 'online', listener: () => void): void;
  removeEventListener?(type: 'online', listener: () => void): void;
}

/** What a browser, Node.js and React Native have to different degrees. Read at each use, because tests replace it. */
export const platform = globalThis as unknown as Platform;

/** A flag in the local storage, which other tabs and later visits see. Without a storage it is never set. */
export const flags = {
  has(name: string): boolean {
    try {
      return platform.localStorage?.getItem(name) != null;
    } catch {
      return false; // storage is blocked
    }
  },
  /** Returns whether it is stored. If storage is blocked or full, it is not. */
  set(name: string, isSet: boolean): boolean {
    try {
      if (isSet) platform.localStorage?.setItem(name, '1');
      else platform.localStorage?.removeItem(name);
      return platform.localStorage !== undefined;
    } catch {
      return false;
    }
  },
};
