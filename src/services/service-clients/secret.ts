import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
/** Characters of the random part that are shown: 24 of its 256 bits, enough to tell two secrets apart. */
const SHOWN_CHARACTERS = 4;
/** No secret of ours is nearly as long. */
const LONGEST_SECRET = 256;

/** A new secret, which only its owner keeps. */
export interface NewSecret {
  secret: string;
  hash: Buffer;
  prefix: string;
}

/**
 * SHA-256 of a secret; null for a text that is too long to be one. A slow or salted hash would add nothing, because a secret
 * has 256 random bits, and a key would end every secret when SECRET_KEY changes.
 */
export function hashSecret(secret: string): Buffer | null {
  return secret.length > LONGEST_SECRET ? null : createHash('sha256').update(secret).digest();
}

/** Creates the secret `gh_<id>_<random>` of a client. Its form is fixed, so that scanners for leaked secrets find it. */
export function createSecret(clientId: string): NewSecret {
  const start = `gh_${clientId}_`;
  const secret = `${start}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const hash = createHash('sha256').update(secret).digest();
  return { secret, hash, prefix: secret.slice(0, start.length + SHOWN_CHARACTERS) };
}
