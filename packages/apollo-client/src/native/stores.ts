import type { TokenStore } from '../auth-session.js';

/** Names of the stored values. They contain no colons, which some stores reject. */
const TOKEN = 'token';
const NOTE = 'note';
const DEVICE = 'device';

/** Options of the stores. */
export interface StoreOptions {
  /** Prefix of the names of the stored values; letters, digits, dots, hyphens. Default: `gatehouse`. */
  prefix?: string;
}

/** The functions of `expo-secure-store` that are used. */
export interface SecureStoreLike {
  getItemAsync(key: string): Promise<string | null>;
  setItemAsync(key: string, value: string): Promise<void>;
  deleteItemAsync(key: string): Promise<void>;
}

/** The functions of `react-native-keychain` that are used. */
export interface KeychainLike {
  getGenericPassword(options: { service: string }): Promise<false | { password: string }>;
  setGenericPassword(username: string, password: string, options: { service: string }): Promise<unknown>;
  resetGenericPassword(options: { service: string }): Promise<unknown>;
}

/** The functions of an encrypted `react-native-mmkv` instance that are used; `remove` is called `delete` before version 4. */
export interface MmkvLike {
  getString(key: string): string | undefined;
  set(key: string, value: string): void;
  remove?(key: string): unknown;
  delete?(key: string): unknown;
}

/** A store of named values. */
interface Values {
  get(name: string): Promise<string | null>;
  set(name: string, value: string | null): Promise<void>;
}

/** A store of the app for the token of its device. */
export interface DeviceTokenStore {
  get(): Promise<string | null>;
  set(token: string | null): Promise<void>;
}

/** A token store that also keeps the token of the device. */
export interface NativeStore extends TokenStore {
  device: DeviceTokenStore;
}

function nativeStore(values: Values): NativeStore {
  const entry = (name: string) => ({
    get: () => values.get(name),
    set: (value: string | null) => values.set(name, value),
  });
  const note = entry(NOTE);
  return { ...entry(TOKEN), getNote: note.get, setNote: note.set, device: entry(DEVICE) };
}

/** Keeps the tokens in `expo-secure-store`: `secureStore(SecureStore)`. */
export function secureStore(store: SecureStoreLike, { prefix = 'gatehouse' }: StoreOptions = {}): NativeStore {
  return nativeStore({
    get: (name) => store.getItemAsync(`${prefix}.${name}`),
    set: (name, value) =>
      value === null ? store.deleteItemAsync(`${prefix}.${name}`) : store.setItemAsync(`${prefix}.${name}`, value),
  });
}

/** Keeps the tokens in `react-native-keychain`: `keychain(Keychain)`. */
export function keychain(store: KeychainLike, { prefix = 'gatehouse' }: StoreOptions = {}): NativeStore {
  const at = (name: string) => ({ service: `${prefix}.${name}` });
  return nativeStore({
    async get(name) {
      const found = await store.getGenericPassword(at(name));
      return found === false ? null : found.password;
    },
    async set(name, value) {
      await (value === null ? store.resetGenericPassword(at(name)) : store.setGenericPassword(name, value, at(name)));
    },
  });
}

/** Keeps the tokens in an encrypted instance of `react-native-mmkv`: `mmkv(createMMKV({ id, encryptionKey }))`. */
export function mmkv(store: MmkvLike, { prefix = 'gatehouse' }: StoreOptions = {}): NativeStore {
  return nativeStore({
    get: async (name) => store.getString(`${prefix}.${name}`) ?? null,
    async set(name, value) {
      const key = `${prefix}.${name}`;
      if (value !== null) store.set(key, value);
      else if (store.remove) store.remove(key);
      else store.delete?.(key);
    },
  });
}
