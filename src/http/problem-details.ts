import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** Sends an error outside GraphQL in RFC 9457 form. It contains only the status and the given details. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  more: Record<string, unknown> = {},
): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, requestId: request.id, ...more }));
}

/** The headers of responses that pass no hook, because their request could not be parsed. */
const BARE_HEADERS: Record<string, string> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
  'content-type': 'application/problem+json; charset=utf-8',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '0',
};

/** Answers a malformed URL; Fastify's own answer would repeat it. */
export function answerBadAddress(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(request, reply.headers({ ...BARE_HEADERS, 'x-request-id': request.id }), 400);
}

const UNREADABLE_STATUS: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers bytes that are not a request, or that take too long to become one, and closes their connection. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = UNREADABLE_STATUS[error.code ?? ''] ?? 400;
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status });
  const headers = { ...BARE_HEADERS, connection: 'close', 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

/** The methods that a path supports, for `Allow`. */
function allowedMethods(app: FastifyInstance, url: string): string[] {
  const [path = '/'] = url.split('?');
  const methods = ['GET', 'HEAD', 'POST'] as const;
  return methods.filter((method) => app.hasRoute({ method, url: path }));
}

/** Answers unknown paths, wrong methods, unreadable bodies and faults outside GraphQL. */
export function registerProblemDetails(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(app, request.url);
    if (allowed.length === 0) return sendProblem(request, reply, 404);
    return sendProblem(request, reply.header('allow', [...allowed, 'OPTIONS'].join(', ')), 405);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error, requestId: request.id }, 'an internal error outside GraphQL');
    return sendProblem(request, reply, status >= 400 && status < 600 ? status : 500);
  });
}
