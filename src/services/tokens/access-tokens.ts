import { randomUUID } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { addSeconds, type Clock } from '../../lib/clock.js';
import { isUuid } from '../../lib/uuid.js';
import type { KeyRing } from './key-ring.js';
import { signJwt } from './sign-jwt.js';

/** What an access token says; no personal data (ASVS 14.1.1). */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  role: string;
  scope: string;
  /** RFC 8176 authentication methods. */
  authenticationMethods: string[];
  authenticatedAt: Date;
  expiresAt: Date;
}

/** A token and its end. */
export interface SignedAccessToken {
  token: string;
  expiresAt: Date;
  /** Life in seconds from now. */
  expiresIn: number;
}

/** `expired` tokens are genuine but late: they still tell which session a logout means. */
export type AccessTokenCheck =
  | { status: 'valid'; claims: AccessClaims }
  | { status: 'expired'; sessionId: string }
  | { status: 'invalid' };

/** Signs and checks access tokens: RFC 9068 JWTs (`typ: at+jwt`). */
export interface AccessTokens {
  sign(claims: Omit<AccessClaims, 'expiresAt' | 'scope'>): Promise<SignedAccessToken>;
  /** Checks signature, algorithm, issuer, audience, type and times (RFC 8725). Never looks at revocation. */
  verify(token: string): Promise<AccessTokenCheck>;
}

/** What the tokens are made with. */
export interface AccessTokenOptions {
  keyRing: KeyRing;
  clock: Clock;
  issuer: string;
  audience: string;
  /** Life in seconds. */
  ttl: number;
}

/** The longest life in seconds that access tokens are ever given in production. */
export const LONGEST_ACCESS_TOKEN_TTL = 900;
/** What a signed-in person may do: everything about their own account. */
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
  iat: z.number(),
  exp: z.number(),
});

/**
 * The claims of a token whose life is no longer than tokens have now. One that was given while `ACCESS_TOKEN_TTL` was
 * longer could outlive the memory of its session's end.
 */
function claimsOf(payload: unknown, ttl: number): AccessClaims | undefined {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { sub, sid, role, scope, amr, auth_time: authTime, iat, exp } = parsed.data;
  if (exp - iat > ttl) return undefined;
  return {
    userId: sub,
    sessionId: sid,
    role,
    scope,
    authenticationMethods: amr,
    authenticatedAt: new Date(authTime * 1000),
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
        // With it jose also refuses a token that was issued in the future.
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
 * Builds the signer. Tokens that were found valid are remembered until they expire, as the signature check costs more
 * than all else in a request; a token that is not remembered is simply checked, so its other spellings gain nothing.
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
