import { randomUUID } from 'node:crypto';
import type { ServerOptions } from 'node:http';
import cookie from '@fastify/cookie';
import cors, { type FastifyCorsOptions } from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Dependencies } from '../dependencies.js';
import { registerAdminExport } from './admin-export.js';
import { registerAdminPage } from './admin-page.js';
import { registerChangePassword } from './change-password.js';
import { boundConnections } from './connection-bounds.js';
import { isDevelopmentPage, registerDevelopmentPages } from './development-pages.js';
import { GRAPHQL_PATH, registerGraphQL } from './graphql.js';
import { registerHealth } from './health.js';
import { registerHostedPages } from './hosted-pages.js';
import { INTROSPECTION_PATH, registerIntrospection } from './introspection.js';
import { registerJwks } from './jwks.js';
import { registerMetrics } from './metrics.js';
import { createOriginCheck, type OriginCheck, tellForeignOrigins } from './origins.js';
import { answerBadAddress, answerUnreadable, registerProblemDetails } from './problem-details.js';
import { registerSecurityHeaders } from './security-headers.js';
import { registerShutdown, type Shutdown } from './shutdown.js';
import { registerClientAddress } from './trusted-proxies.js';

const BODY_LIMIT_BYTES = 100 * 1024;
const KEEP_ALIVE_MILLISECONDS = 72_000;
const PREFLIGHT_SECONDS = 600;
const LONGEST_CHECK_MILLISECONDS = 1_000;
const REQUEST_ID = /^[\w-]{8,64}$/;

/**
 * Fastify sets only the limit of the whole request. Node's limit for the headers would stay at a minute, Node applies the
 * longer of the two, and it checks only every half minute.
 */
function timeLimits({ requestTimeoutMs }: Dependencies['settings']): ServerOptions {
  return {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(Math.min(requestTimeoutMs / 4, LONGEST_CHECK_MILLISECONDS)),
  };
}

/**
 * Routes have no JSON schemas, because GraphQL and zod validate the input. Without this, Fastify loads its schema compilers
 * at each start.
 */
function noSchemas(): never {
  throw new Error('Routes have no JSON schemas.');
}

function createFastify({ settings }: Dependencies): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: settings.requestTimeoutMs,
    http: timeLimits(settings),
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    genReqId(request) {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    frameworkErrors: answerBadAddress,
    clientErrorHandler: answerUnreadable,
    forceCloseConnections: 'idle',
    // Requests on kept connections are served while the server closes, because the other parts are closed after it.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: false },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });
  // Only content types that require a CORS preflight are read (OWASP CSRF).
  app.removeContentTypeParser('text/plain');
  return app;
}

/** Paths that machines and the mailbox page poll every few seconds. */
const POLLED = /^\/(?:health\/\w+|metrics|dev\/mail\.json)$/;
/** The start of possible secrets: a query, or a fragment that a mail program has encoded as a part of the path. */
const SECRETS_FROM = /\?|#|%(?:25)*23/i;
const FIRST_FAILURE = 400;

/**
 * Logs one line for each answer, at debug level for successful polling. Query strings are omitted, because clients put
 * secrets there.
 */
function logAnswers(app: FastifyInstance, { logger }: Dependencies): void {
  // The line has no field that could contain a secret, and redaction takes as long as writing it.
  const answers = logger.child({}, { redact: [] });
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const [path = ''] = request.url.split(SECRETS_FROM);
    const { method, id: requestId, clientAddress: ip } = request;
    const milliseconds = Math.round(reply.elapsedTime);
    const status = reply.statusCode;
    const level = POLLED.test(path) && status < FIRST_FAILURE ? 'debug' : 'info';
    answers[level]({ requestId, method, path, status, milliseconds, ip }, 'answered');
    done();
  });
}

/** Whether no page of another origin is allowed to read the answers of a path. */
function isClosed(request: FastifyRequest): boolean {
  return isDevelopmentPage(request) || request.url.split('?')[0] === INTROSPECTION_PATH;
}

async function protect(app: FastifyInstance, isAllowed: OriginCheck): Promise<void> {
  registerSecurityHeaders(app);
  const sharing: FastifyCorsOptions = {
    origin: (origin, answer) => answer(null, origin !== undefined && isAllowed(origin)),
    credentials: true,
    methods: ['GET', 'POST'],
    exposedHeaders: ['ratelimit', 'ratelimit-policy', 'retry-after', 'www-authenticate', 'x-request-id'],
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  };
  await app.register(cors, {
    delegator: (request, answer) => answer(null, isClosed(request) ? { origin: false } : sharing),
  });
  await app.register(cookie);
}

async function registerPages(app: FastifyInstance, dependencies: Dependencies, schema: GraphQLSchema): Promise<void> {
  if (dependencies.settings.appUrl === undefined) registerHostedPages(app, dependencies.settings);
  registerAdminPage(app, dependencies.settings);
  await registerDevelopmentPages(app, dependencies, GRAPHQL_PATH, schema);
}

/** The HTTP edge and its shutdown. */
export interface HttpServer {
  http: FastifyInstance;
  shutdown: Shutdown;
}

/** Builds the HTTP edge around a finished schema. Does not listen. */
export async function createHttpServer(dependencies: Dependencies, schema: GraphQLSchema): Promise<HttpServer> {
  const { settings, logger, keyRing } = dependencies;
  const app = createFastify(dependencies);
  boundConnections(app, dependencies);
  const isAllowed = tellForeignOrigins(createOriginCheck(settings), dependencies);
  registerClientAddress(app, dependencies);
  logAnswers(app, dependencies);
  const shutdown = registerShutdown(app);
  registerProblemDetails(app, logger);
  await protect(app, isAllowed);
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    done(null, payload);
  });
  await registerGraphQL(app, dependencies, schema, isAllowed);
  registerHealth(app, dependencies);
  registerJwks(app, keyRing);
  registerIntrospection(app, dependencies);
  registerChangePassword(app, settings);
  registerMetrics(app, dependencies);
  registerAdminExport(app, dependencies);
  await registerPages(app, dependencies, schema);
  return { http: app, shutdown };
}
