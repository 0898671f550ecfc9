import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { isProblem, problem, RETRY_SECONDS } from '../problems.js';
import { type Introspection, introspectToken } from '../services/service-clients/introspect-token.js';
import type { ServiceCaller } from '../services/service-clients/service-clients.js';
import { contextOf, problemOf, refuse } from './admin-requests.js';
import { authenticate } from './authenticate/authenticate.js';
import { untilHangUp } from './hang-up.js';
import { createServiceLimit } from './introspection-limit.js';
import { createLimitHeaders } from './limit-headers.js';

/** The path of the introspection for tools that know only RFC 7662. */
export const INTROSPECTION_PATH = '/oauth/introspect';

const FORM = 'application/x-www-form-urlencoded';
/** Twice the longest token, and room for other parameters. */
const BODY_LIMIT_BYTES = 10 * 1024;

type OAuthError = 'invalid_request' | 'invalid_client' | 'insufficient_scope';
const STATUS: Record<OAuthError, number> = { invalid_request: 400, invalid_client: 401, insufficient_scope: 403 };

/** Answers as OAuth clients expect errors (RFC 6749, 5.2). */
function answerError(reply: FastifyReply, error: OAuthError): FastifyReply {
  if (error === 'invalid_client') void reply.header('www-authenticate', 'Basic realm="gatehouse", charset="UTF-8"');
  return reply.code(STATUS[error]).type('application/json; charset=utf-8').send(JSON.stringify({ error }));
}

/** The members of RFC 7662, and those of our access tokens. */
function toMembers(found: Introspection): Record<string, unknown> {
  if (!found.active) return { active: false };
  const { active, subject, sessionId, role, scope, expiresAt, issuer, audience } = found;
  const exp = Math.floor(expiresAt.getTime() / 1_000);
  return { active, scope, token_type: 'Bearer', exp, sub: subject, aud: audience, iss: issuer, sid: sessionId, role };
}

/** The token of a form; undefined unless it was sent once (RFC 6749, 3.1). */
function tokenOf(form: unknown): string | undefined {
  const [token, ...others] = form instanceof URLSearchParams ? form.getAll('token') : [];
  return others.length > 0 || token === '' ? undefined : token;
}

/** The services of the requests that got past their credential. */
type Services = WeakMap<FastifyRequest, ServiceCaller>;

/** Refuses a caller before the body is read. */
function requireService(dependencies: Dependencies, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { service } = await untilHangUp(request, reply, () => authenticate(dependencies, request));
    if (service === 'unverifiable') {
      const unavailable = problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
      return refuse(request, reply, unavailable);
    }
    if (service === undefined) return answerError(reply, 'invalid_client');
    if (!service.scopes.includes('tokens:introspect')) return answerError(reply, 'insufficient_scope');
    services.set(request, service);
    return undefined;
  };
}

/**
 * Serves token introspection by RFC 7662, for services with the scope `tokens:introspect`. It reads no cookie and only its
 * own credential, so no page of a browser can use it. Forms are read here alone.
 */
export function registerIntrospection(app: FastifyInstance, dependencies: Dependencies): void {
  const count = createServiceLimit(dependencies, 'introspectToken');
  const services: Services = new WeakMap();
  const introspect = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const context = contextOf(dependencies, request);
    const service = services.get(request);
    const token = tokenOf(request.body);
    if (service === undefined) return answerError(reply, 'invalid_client');
    const limited = await count(context, service.id, createLimitHeaders(reply));
    if (isProblem(limited)) return refuse(request, reply, limited);
    if (token === undefined) return answerError(reply, 'invalid_request');
    const members = toMembers(await introspectToken(context, token));
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(members));
  };
  void app.register((own, _options, done) => {
    own.removeAllContentTypeParsers();
    own.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, parsed) =>
      parsed(null, new URLSearchParams(String(body))),
    );
    const onRequest = requireService(dependencies, services);
    own.post(INTROSPECTION_PATH, { onRequest, bodyLimit: BODY_LIMIT_BYTES }, (request, reply) =>
      untilHangUp(request, reply, () =>
        introspect(request, reply).catch((cause: unknown) => refuse(request, reply, problemOf(cause))),
      ),
    );
    done();
  });
}
