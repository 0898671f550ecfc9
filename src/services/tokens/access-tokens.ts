import { randomUUID } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { addSeconds, type Clock } from '../../lib/clock.js';
import { isUuid } from '../../lib/uuid.js';
import type { KeyRing } from './key-ring.js';
import { signJwt } from './sign-jwt.js';

/** The claims of an access token. They contain no personal data (ASVS 14.1.1). */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  role: string;
  scope: string;
  /** RFC 8176 authentication methods. */
  authenticationMethods: string[];
  authenticatedAt: Date;
  /** The generation of the refresh token that was issued with it; 0 in tokens of earlier versions. */
  generation: number;
  expiresAt: Date;
}

/** A signed token and its expiry. */
export interface SignedAccessToken {
  token: string;
  expiresAt: Date;
  /** Lifetime in seconds from now. */
  expiresIn: number;
}

/** Result of verifying a token. An `expired` token is genuine, and still identifies the session of a logout. */
export type AccessTokenCheck =
  | { status: 'valid'; claims: AccessClaims }
  | { status: 'expired'; sessionId: string }
  | { status: 'invalid' };

/** Signs and verifies access tokens: RFC 9068 JWTs (`typ: at+jwt`). */
export interface AccessTokens {
  sign(claims: Omit<AccessClaims, 'expiresAt' | 'scope'>): Promise<SignedAccessToken>;
  /** Verifies signature, algorithm, issuer, audience, type and times (RFC 8725). It does not check revocation. */
  verify(token: string): Promise<AccessTokenCheck>;
}

/** Dependencies and settings of the access tokens. */
export interface AccessTokenOptions {
  keyRing: KeyRing;
  clock: Clock;
  issuer: string;
  audience: string;
  /** Lifetime in seconds. */
  ttl: number;
}

/** The longest lifetime of access tokens in production, in seconds. */
export const LONGEST_ACCESS_TOKEN_TTL = 900;
/** The scope of a signed-in user: everything about their own account. */
const SCOPE = 'account';
const TYPE = 'at+jwt';
const CLOCK_TOLERANCE_SECONDS = 5;
const LONGEST_TOKEN = 4_096;
const VERIFIED_TOKENS_KEPT = 10_000;
const invalid: AccessTokenCheck = { status: 'invalid' };

const claimsSchema = z.object({
  sub: z.string().refine(isUuid),
  sid: z.string().refine(isUuid),
  role: z.string(),
  scope: z.string(),
  jti: z.string(),
  amr: z.array(z.string()),
  auth_time: z.number(),
  gen: z.int().nonnegative().default(0),
  iat: z.number(),
  exp: z.number(),
});

/**
 * Returns the claims of a token whose lifetime does not exceed the current one. A token issued while `ACCESS_TOKEN_TTL`
 * was longer could outlive the record of its session's end.
 */
function claimsOf(payload: unknown, ttl: number): AccessClaims | undefined {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { sub, sid, role, scope, amr, auth_time: authTime, gen, iat, exp } = parsed.data;
  if (exp - iat > ttl) return undefined;
  return {
    userId: sub,
    sessionId: sid,
    role,
    scope,
    authenticationMethods: amr,
    authenticatedAt: new Date(authTime * 1000),
    generation: gen,
    expiresAt: new Date(exp * 1000),
  };
}

async function checkToken(options: AccessTokenOptions, token: string): Promise<AccessTokenCheck> {
  let algorithm = '';
  try {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      async (header) => {
        const key = header.kid === undefined ? undefined : await options.keyRing.find(header.kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        algorithm = key.algorithm;
        if (header.alg !== algorithm) throw new errors.JOSEAlgNotAllowed();
        return key.publicKey;
      },
      {
        issuer: options.issuer,
        audience: options.audience,
        typ: TYPE,
        algorithms: ['ES256', 'EdDSA'],
        currentDate: options.clock.now(),
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        // With this, jose also rejects a token that was issued in the future.
        maxTokenAge: options.ttl,
        requiredClaims: ['sub', 'sid', 'jti', 'iat', 'exp'],
      },
    );
    const claims = protectedHeader.alg === algorithm ? claimsOf(payload, options.ttl) : undefined;
    return claims === undefined ? invalid : { status: 'valid', claims };
  } catch (error) {
    if (error instanceof errors.JWTExpired && typeof error.payload.sid === 'string' && isUuid(error.payload.sid)) {
      return { status: 'expired', sessionId: error.payload.sid };
    }
    if (error instanceof errors.JOSEError || error instanceof TypeError) return invalid;
    throw error;
  }
}

/**
 * Creates the signer and verifier. Verified tokens are cached until they expire, because the signature check costs more
 * than everything else in a request. A token that is not cached is verified as usual, so other spellings of it gain
 * nothing.
 */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const verified = new LRUCache<string, AccessClaims>({ max: VERIFIED_TOKENS_KEPT });
  return {
    async sign(claims) {
      const key = await options.keyRing.active();
      const now = options.clock.now();
      const issuedAt = Math.floor(now.getTime() / 1000);
      const token = signJwt(key, TYPE, {
        sid: claims.sessionId,
        role: claims.role,
        scope: SCOPE,
        amr: claims.authenticationMethods,
        auth_time: Math.floor(claims.authenticatedAt.getTime() / 1000),
        gen: claims.generation,
        iss: options.issuer,
        aud: options.audience,
        sub: claims.userId,
        jti: randomUUID(),
        iat: issuedAt,
        exp: issuedAt + options.ttl,
      });
      return { token, expiresIn: options.ttl, expiresAt: addSeconds(new Date(issuedAt * 1000), options.ttl) };
    },
    async verify(token) {
      if (token.length > LONGEST_TOKEN) return invalid;
      const remembered = verified.get(token);
      if (remembered !== undefined && remembered.expiresAt > options.clock.now()) {
        return { status: 'valid', claims: remembered };
      }
      const check = await checkToken(options, token);
      if (check.status === 'valid') verified.set(token, check.claims);
      return check;
    },
  };
}
