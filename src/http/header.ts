import type { FastifyRequest } from 'fastify';

const LONGEST_USER_AGENT = 512;
/** Characters that would break the lines of a log or a list. */
const CONTROL = /\p{Cc}/gu;

/** A header that was sent once; null if it is missing or repeated. */
export function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

/** The user agent, shortened and on one line; null if none was sent. */
export function userAgentOf(request: FastifyRequest): string | null {
  return header(request, 'user-agent')?.slice(0, LONGEST_USER_AGENT).replace(CONTROL, ' ') ?? null;
}
