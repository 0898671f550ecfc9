import { randomBytes } from 'node:crypto';
import { PASSWORD_HASH_COST } from './hasher.js';

const SALT_BYTES = 16;
const TAG_BYTES = 32;

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** Stands where an account has no password: no password has this hash, and checking one costs what it always does. */
export function unusableHash(): string {
  const { memoryCost, timeCost, parallelism } = PASSWORD_HASH_COST;
  const [salt, tag] = [randomBytes(SALT_BYTES), randomBytes(TAG_BYTES)].map(unpadded);
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${tag}`;
}
