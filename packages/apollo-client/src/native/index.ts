export { deviceTokenLink } from './device-token-link.js';
export { type AppStateLike, restoreOnActive } from './restore-on-active.js';
export {
  type DeviceTokenStore,
  type KeychainLike,
  keychain,
  type MmkvLike,
  mmkv,
  type NativeStore,
  type SecureStoreLike,
  type StoreOptions,
  secureStore,
} from './stores.js';
