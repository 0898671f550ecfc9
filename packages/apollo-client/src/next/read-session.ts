import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Claims } from '../auth-session.js';
import { ACCESS_COOKIE } from './access-cookie.js';

/** Options of `readSession`. */
export interface ReadSessionOptions {
  /** The gateway's PUBLIC_URL, or its JWT_ISSUER. */
  issuer: string;
  /** The gateway's JWT_AUDIENCE. Default: `gatehouse`. */
  audience?: string;
  /** Where the gateway's public keys are. Default: `/.well-known/jwks.json` of the issuer. */
  jwksUri?: string | URL;
}

/** The function of Next.js's `cookies()` that is used. */
export interface CookieReader {
  get(name: string): { value: string } | undefined;
}

/** The keys are fetched once, and again when a token names another. */
const keySets = new Map<string, JWTVerifyGetKey>();

function keysOf(uri: URL): JWTVerifyGetKey {
  const known = keySets.get(uri.href);
  if (known) return known;
  const keys = createRemoteJWKSet(uri);
  keySets.set(uri.href, keys);
  return keys;
}

/**
 * Returns the claims of the user for whom a server component renders: `await readSession(cookies(), { issuer })`. Null if nobody is
 * signed in or the token has expired. Throws if the public keys cannot be fetched.
 */
export async function readSession(
  cookies: CookieReader | Promise<CookieReader>,
  { issuer, audience = 'gatehouse', jwksUri = new URL('/.well-known/jwks.json', issuer) }: ReadSessionOptions,
): Promise<Claims | null> {
  const token = (await cookies).get(ACCESS_COOKIE)?.value;
  if (!token) return null;
  try {
    const { payload } = await jwtVerify(token, keysOf(new URL(jwksUri)), {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256', 'EdDSA'],
      clockTolerance: 5,
      requiredClaims: ['sub', 'sid', 'exp'],
    });
    const { sub, sid, role, amr, auth_time, exp } = payload as unknown as Claims;
    return { sub, sid, role, amr, auth_time, exp };
  } catch (error) {
    const isUnreachable = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
    if (error instanceof errors.JOSEError && !isUnreachable && error.code !== 'ERR_JOSE_GENERIC') return null;
    throw error;
  }
}
