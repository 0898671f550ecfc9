import type { SecretKeys } from '../../lib/secret-keys.js';
import { type Seed, seedOf } from './totp.js';

/** Encrypts a seed for storage. It names its user, so that a row of one account is useless in another. */
export function sealSeed(keys: SecretKeys, userId: string, seed: Seed): string {
  return keys.encrypt('totp-secret', `${userId}:${seed.base32}`);
}

/**
 * Decrypts what `sealSeed` wrote. Returns undefined if its secret is no longer configured or it belongs to another
 * user.
 */
export function openSeed(keys: SecretKeys, userId: string, sealed: string): Seed | undefined {
  if (!keys.opens(sealed)) return undefined;
  const [owner, base32 = ''] = keys.decrypt('totp-secret', sealed).split(':');
  return owner === userId ? seedOf(base32) : undefined;
}

/** Returns the seed encrypted under the current secret, because the previous one will be removed. */
export function resealed(keys: SecretKeys, userId: string, seed: Seed, sealed: string): string {
  return sealed.startsWith(`${keys.currentId}.`) ? sealed : sealSeed(keys, userId, seed);
}
