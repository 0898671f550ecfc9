import { randomBytes } from 'node:crypto';
import type { SecretKeys } from '../../lib/secret-keys.js';

const NONCE_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;
/** Stands for the session before sign-in. */
const NO_SESSION = 'none';

/**
 * Issues a token that is bound to the session of the cookie, or to `null` before sign-in (OWASP: HMAC-based token with
 * a random value).
 */
export function writeCsrfToken(keys: SecretKeys, sessionId: string | null): string {
  const nonce = randomBytes(NONCE_BYTES);
  return Buffer.concat([nonce, keys.authenticate('csrf-token', [nonce, sessionId ?? NO_SESSION])]).toString(
    'base64url',
  );
}

/** Returns whether the token was issued for this session. */
export function isCsrfToken(keys: SecretKeys, sessionId: string | null, text: string): boolean {
  if (!TOKEN.test(text)) return false;
  const bytes = Buffer.from(text, 'base64url');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  return keys.verify('csrf-token', [nonce, sessionId ?? NO_SESSION], bytes.subarray(NONCE_BYTES));
}
