import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** Answers what is not GraphQL's in RFC 9457 form; it says no more than the status does. */
function sendProblem(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, requestId: request.id }));
}

/** Methods that are answered at a path, for `Allow`. */
function allowedMethods(app: FastifyInstance, url: string): string[] {
  const [path = '/'] = url.split('?');
  const methods = ['GET', 'HEAD', 'POST'] as const;
  return methods.filter((method) => app.hasRoute({ method, url: path }));
}

/** Answers unknown addresses, wrong methods, unreadable bodies and faults outside GraphQL. */
export function registerProblemDetails(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(app, request.url);
    if (allowed.length === 0) return sendProblem(request, reply, 404);
    return sendProblem(request, reply.header('allow', [...allowed, 'OPTIONS'].join(', ')), 405);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error, requestId: request.id }, 'a fault outside GraphQL');
    return sendProblem(request, reply, status >= 400 && status < 600 ? status : 500);
  });
}
