import type { SecretKeys } from '../../lib/secret-keys.js';
import { type Seed, seedOf } from './totp.js';

/** Encrypts a seed for storage. It names its user, so that a row of one account is useless in another. */
export function encryptSeed(keys: SecretKeys, userId: string, seed: Seed): string {
  return keys.encrypt('totp-secret', `${userId}:${seed.base32}`);
}

/**
 * Decrypts what `encryptSeed` wrote. Returns undefined if its secret is no longer configured or it belongs to another
 * user.
 */
export function decryptSeed(keys: SecretKeys, userId: string, encrypted: string): Seed | undefined {
  if (!keys.opens(encrypted)) return undefined;
  const [owner, base32 = ''] = keys.decrypt('totp-secret', encrypted).split(':');
  return owner === userId ? seedOf(base32) : undefined;
}

/** Returns the seed encrypted under the current secret, because the previous one will be removed. */
export function reencrypted(keys: SecretKeys, userId: string, seed: Seed, encrypted: string): string {
  return encrypted.startsWith(`${keys.currentId}.`) ? encrypted : encryptSeed(keys, userId, seed);
}
