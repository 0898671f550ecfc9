import { sign } from 'node:crypto';
import type { ActiveKey } from './key-ring.js';

/** The digest that node:crypto needs for each algorithm (RFC 7518, 8037). Ed25519 has its own. */
const DIGESTS: Readonly<Record<string, string | null>> = { ES256: 'sha256', EdDSA: null };

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/**
 * Signs a JWT (RFC 7515 compact serialization). Signing takes less time than passing it to a thread, where it would
 * wait behind password hashes.
 */
export function signJwt({ id, algorithm, privateKey }: ActiveKey, type: string, claims: object): string {
  const digest = DIGESTS[algorithm];
  if (digest === undefined) throw new Error(`No token is signed by ${algorithm}.`);
  const input = `${encoded({ alg: algorithm, kid: id, typ: type })}.${encoded(claims)}`;
  const signature = sign(digest, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
