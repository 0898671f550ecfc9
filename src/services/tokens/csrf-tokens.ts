import { randomBytes } from 'node:crypto';
import type { SecretKeys } from '../../lib/secret-keys.js';

const NONCE_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;
/** Stands for the session where none exists yet. */
const NO_SESSION = 'none';

/** A token bound to the session of the cookie (OWASP: HMAC-based token with a random value); `null` before sign-in. */
export function writeCsrfToken(keys: SecretKeys, sessionId: string | null): string {
  const nonce = randomBytes(NONCE_BYTES);
  return Buffer.concat([nonce, keys.authenticate('csrf-token', [nonce, sessionId ?? NO_SESSION])]).toString(
    'base64url',
  );
}

/** Whether the token was made for this session. */
export function isCsrfToken(keys: SecretKeys, sessionId: string | null, text: string): boolean {
  if (!TOKEN.test(text)) return false;
  const bytes = Buffer.from(text, 'base64url');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  return keys.verify('csrf-token', [nonce, sessionId ?? NO_SESSION], bytes.subarray(NONCE_BYTES));
}
