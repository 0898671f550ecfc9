import { randomBytes } from 'node:crypto';
import type { SecretKeys } from '../../lib/secret-keys.js';

const ID_BYTES = 16;
const TAG_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/** Creates a device token: random id ‖ HMAC, so that it cannot be forged (OWASP: device cookies). */
export function newDeviceToken(keys: SecretKeys): string {
  const id = randomBytes(ID_BYTES);
  return Buffer.concat([id, keys.authenticate('device-cookie', [id])]).toString('base64url');
}

/** Returns the id in a token issued by the gateway; undefined for anything else. */
export function readDeviceToken(keys: SecretKeys, token: string): Buffer | undefined {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const id = bytes.subarray(0, ID_BYTES);
  const tag = bytes.subarray(ID_BYTES);
  return tag.length === TAG_BYTES && keys.verify('device-cookie', [id], tag) ? id : undefined;
}
