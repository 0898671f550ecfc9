import { randomBytes } from 'node:crypto';
import { PASSWORD_HASH_COST } from './hasher.js';

const SALT_BYTES = 16;
const TAG_BYTES = 32;

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** Returns a hash that no password has, for an account without a password. Verifying it costs as much as any other. */
export function unusableHash(): string {
  const { memoryCost, timeCost, parallelism } = PASSWORD_HASH_COST;
  const [salt, tag] = [randomBytes(SALT_BYTES), randomBytes(TAG_BYTES)].map(unpadded);
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${tag}`;
}
