import type { SecretKeys } from '../../lib/secret-keys.js';
import { type Seed, seedOf } from './totp.js';

/** The seed as it is stored; it names its user, so that a row of one account is worth nothing in another. */
export function sealSeed(keys: SecretKeys, userId: string, seed: Seed): string {
  return keys.encrypt('totp-secret', `${userId}:${seed.base32}`);
}

/** What `sealSeed` wrote; undefined when its secret is no longer configured or it belongs to somebody else. */
export function openSeed(keys: SecretKeys, userId: string, sealed: string): Seed | undefined {
  if (!keys.opens(sealed)) return undefined;
  const [owner, base32 = ''] = keys.decrypt('totp-secret', sealed).split(':');
  return owner === userId ? seedOf(base32) : undefined;
}

/** The same seed under the present secret: the one before is forgotten some day. */
export function resealed(keys: SecretKeys, userId: string, seed: Seed, sealed: string): string {
  return sealed.startsWith(`${keys.currentId}.`) ? sealed : sealSeed(keys, userId, seed);
}
