import type { FastifyRequest } from 'fastify';

/** A header that was sent once; null if it is missing or repeated. */
export function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}
