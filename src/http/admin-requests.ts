import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import { type Problem, ProblemError, problem, RETRY_SECONDS } from '../problems.js';
import type { Caller } from '../services/admin/known-admin.js';
import { contextWithoutClient, type UseCaseContext } from '../services/use-case.js';
import { authenticate } from './authenticate/authenticate.js';
import { userAgentOf } from './header.js';
import { sendProblem } from './problem-details.js';

const STATUS: Partial<Record<Problem['code'], number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  REAUTHENTICATION_REQUIRED: 403,
  INPUT_INVALID: 400,
  RATE_LIMITED: 429,
  TEMPORARILY_UNAVAILABLE: 503,
};

/** The caller by the access token in the Authorization header. */
export async function callerOf(dependencies: Dependencies, request: FastifyRequest): Promise<Caller> {
  const { actor } = await authenticate(dependencies, request);
  return actor.kind === 'user' ? actor : actor.kind;
}

/** Answers a refused request. */
export function refuse(request: FastifyRequest, reply: FastifyReply, refused: Problem): FastifyReply {
  const { code, message: detail } = refused;
  if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  if ('retryAfterSeconds' in refused) void reply.header('retry-after', String(refused.retryAfterSeconds));
  const fields = 'fields' in refused ? { fields: refused.fields } : {};
  return sendProblem(request, reply, STATUS[code] ?? 500, { code, detail, ...fields });
}

/** The context of a use-case. */
export function contextOf(dependencies: Dependencies, request: FastifyRequest): UseCaseContext {
  const client = { ipAddress: request.clientAddress, userAgent: userAgentOf(request), deviceToken: null };
  return { ...contextWithoutClient(dependencies, request.id), client };
}

/** Turns what checks throw into the failure that it represents. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  if (isDatabaseUnavailable(thrown)) return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
  throw thrown;
}
