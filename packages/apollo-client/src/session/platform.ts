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
  set(name: string, isSet: boolean): void {
    try {
      if (isSet) platform.localStorage?.setItem(name, '1');
      else platform.localStorage?.removeItem(name);
    } catch {
      // Storage is blocked or full: a sign-out that was not told to the gateway cannot be made up for after a reload.
    }
  },
};
