import { createHash, randomBytes } from 'node:crypto';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { uuidFromBytes, uuidToBytes } from '../../lib/uuid.js';

/** The contents of a genuine refresh token. */
export interface RefreshToken {
  sessionId: string;
  generation: number;
  /** The random part of the session. The database stores only its SHA-256. */
  secret: Buffer;
}

const ID_BYTES = 16;
const GENERATION_BYTES = 4;
const SECRET_BYTES = 32;
const TAG_BYTES = 32;
const TOKEN_BYTES = ID_BYTES + GENERATION_BYTES + SECRET_BYTES + TAG_BYTES;
const TOKEN = /^[A-Za-z0-9_-]{112}$/;

/** Creates the random part of a session: 256 bits. */
export function newSessionSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** Hashes the random part for storage. 256 random bits need no slow hash. */
export function hashSessionSecret(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * Builds the token of a generation of a session: session id ‖ generation ‖ secret ‖ HMAC of the three. It is always the
 * same.
 */
export function writeRefreshToken(keys: SecretKeys, token: RefreshToken): string {
  const body = Buffer.alloc(TOKEN_BYTES - TAG_BYTES);
  uuidToBytes(token.sessionId).copy(body, 0);
  body.writeUInt32BE(token.generation, ID_BYTES);
  token.secret.copy(body, ID_BYTES + GENERATION_BYTES);
  return Buffer.concat([body, keys.authenticate('refresh-token', [body])]).toString('base64url');
}

/** Reads a token issued by the gateway. Anything else returns `undefined` without a query. */
export function readRefreshToken(keys: SecretKeys, text: string): RefreshToken | undefined {
  if (!TOKEN.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const body = bytes.subarray(0, TOKEN_BYTES - TAG_BYTES);
  if (!keys.verify('refresh-token', [body], bytes.subarray(body.length))) return undefined;
  return {
    sessionId: uuidFromBytes(body.subarray(0, ID_BYTES)),
    generation: body.readUInt32BE(ID_BYTES),
    secret: Buffer.from(body.subarray(ID_BYTES + GENERATION_BYTES)),
  };
}
