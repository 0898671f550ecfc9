import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import { isDatabaseUnavailable } from '../../lib/database-errors.js';
import type { Actor } from '../../request.js';
import { readBasicCredential } from './service-credential.js';
import type { Strategy } from './strategy.js';

const BEARER = /^Bearer +([^\s]+) *$/i;

/**
 * The Authorization header. A blank one is ignored, because some clients send one without a token. Node.js keeps the first
 * of two, while a proxy may have read the other, so two different ones are not a valid token.
 */
function authorizationOf({ headers, raw: { rawHeaders } }: FastifyRequest): string | null {
  if (headers.authorization === undefined) return null;
  const sent = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'authorization') sent.add(rawHeaders[index + 1]?.trim() ?? '');
  }
  sent.delete('');
  return sent.size === 0 ? null : [...sent].join(', ');
}

interface Presented {
  authorization: string;
  token: string | undefined;
}

/** What each connection presented last. It usually presents the same again, so that its text is read once. */
const presented = new WeakMap<Socket, Presented>();

function tokenOf(socket: Socket, authorization: string): string | undefined {
  const last = presented.get(socket);
  if (last?.authorization === authorization) return last.token;
  const token = BEARER.exec(authorization)?.[1];
  presented.set(socket, { authorization, token });
  return token;
}

async function actorOf(
  { accessTokens, revocations, seenGenerations }: Dependencies,
  socket: Socket,
  authorization: string | null,
): Promise<Actor> {
  if (authorization === null) return { kind: 'anonymous' };
  const token = tokenOf(socket, authorization);
  // The credential of a service is no bad token, whether it is valid or not.
  if (token === undefined && readBasicCredential(authorization) !== undefined) return { kind: 'anonymous' };
  if (token === undefined) return { kind: 'rejected', sessionId: null };
  const check = await accessTokens.verify(token).catch((cause: unknown) => {
    if (isDatabaseUnavailable(cause)) return { status: 'unverifiable' as const };
    throw cause;
  });
  if (check.status === 'unverifiable' || !revocations.isReady()) return { kind: 'unverifiable' };
  if (check.status === 'invalid') return { kind: 'rejected', sessionId: null };
  if (check.status === 'expired') return { kind: 'rejected', sessionId: check.sessionId };
  const { claims } = check;
  if (revocations.has(claims.sessionId)) return { kind: 'rejected', sessionId: null };
  seenGenerations.note(claims.sessionId, claims.generation);
  return { kind: 'user', ...claims };
}

/** Verifies the bearer token without a round trip, by its signature and the in-memory list of revoked sessions. */
export const accessToken: Strategy = async (dependencies, request) => ({
  actor: await actorOf(dependencies, request.raw.socket, authorizationOf(request)),
});
