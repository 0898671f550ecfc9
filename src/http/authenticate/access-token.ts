import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import { isDatabaseUnavailable } from '../../lib/database-errors.js';
import type { Actor } from '../../request.js';
import type { Strategy } from './strategy.js';

const BEARER = /^Bearer +([^\s]+) *$/i;

/**
 * The Authorization header. A blank one is ignored, because some clients send one without a token. Node.js keeps the first
 * of two, while a proxy may have read the other, so two different ones are not a valid token.
 */
function authorizationOf({ raw: { rawHeaders } }: FastifyRequest): string | null {
  const sent = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  const distinct = new Set(sent.map((value) => value.trim()).filter((value) => value !== ''));
  return distinct.size === 0 ? null : [...distinct].join(', ');
}

async function actorOf({ accessTokens, revocations }: Dependencies, authorization: string | null): Promise<Actor> {
  if (authorization === null) return { kind: 'anonymous' };
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) return { kind: 'rejected', sessionId: null };
  const check = await accessTokens.verify(token).catch((cause: unknown) => {
    if (isDatabaseUnavailable(cause)) return { status: 'unverifiable' as const };
    throw cause;
  });
  if (check.status === 'unverifiable' || !revocations.isReady()) return { kind: 'unverifiable' };
  if (check.status === 'invalid') return { kind: 'rejected', sessionId: null };
  if (check.status === 'expired') return { kind: 'rejected', sessionId: check.sessionId };
  const { claims } = check;
  return revocations.has(claims.sessionId) ? { kind: 'rejected', sessionId: null } : { kind: 'user', ...claims };
}

/** Verifies the bearer token without a round trip, by its signature and the in-memory list of revoked sessions. */
export const accessToken: Strategy = async (dependencies, request) => ({
  actor: await actorOf(dependencies, authorizationOf(request)),
});
