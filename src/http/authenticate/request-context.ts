import type { EntityManager } from '@mikro-orm/postgresql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import type { Dependencies } from '../../dependencies.js';
import { workOnRowsOf } from '../../lib/request-scope.js';
import type { AccessProblem, Context } from '../../request.js';
import { type BrowserHeaders, readBrowserHeaders } from '../browser-guard.js';
import { createDeviceCookies, createRefreshCookies } from '../cookies.js';
import { userAgentOf } from '../header.js';
import { createLimitHeaders } from '../limit-headers.js';
import { createLoaders } from '../loaders.js';
import { authenticate } from './authenticate.js';
import { type ReadTokens, readPresentedSession } from './presented-session.js';

/** The context, with the headers that the browser guard reads. */
export type HttpContext = Context & { browser: BrowserHeaders };

/** The values of one request that are created on first use; Apollo's copies of a context share them. */
interface Scope {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  client?: Context['client'];
  refreshCookie?: Context['refreshCookie'];
  deviceCookie?: Context['deviceCookie'];
  limitHeaders?: Context['limitHeaders'];
  browser?: BrowserHeaders;
  em?: EntityManager;
  loaders?: Context['loaders'];
  readTokens?: ReadTokens;
  accessProblems?: AccessProblem[];
}

type Scoped = HttpContext & { scope: Scope };
type Lazy = Exclude<keyof Scope & keyof HttpContext, 'request' | 'reply'>;

/** Properties that are created on first use. */
function lazily(creators: { [Name in Lazy]: (context: Scoped) => HttpContext[Name] }): PropertyDescriptorMap {
  const property = ([name, create]: [string, (context: Scoped) => unknown]): [string, PropertyDescriptor] => {
    const get = function (this: Scoped) {
      const scope = this.scope as unknown as Record<string, unknown>;
      scope[name] ??= create(this);
      return scope[name];
    };
    return [name, { get }];
  };
  return Object.fromEntries(Object.entries(creators).map(property));
}

function createClient({ request }: Scope, deviceToken: string | null): Context['client'] {
  return {
    ipAddress: request.clientAddress,
    userAgent: userAgentOf(request),
    deviceToken,
  };
}

/**
 * The part of every context that is the same for all requests. Contexts inherit from it, because copying the dependencies and
 * creating an entity manager for each request costs more than answering `me` does.
 */
function createSharedContext(dependencies: Dependencies, countProblem: Context['countProblem']): object {
  const createRequestLoaders = createLoaders(dependencies);
  const refreshCookieOf = createRefreshCookies(dependencies);
  const deviceCookies = createDeviceCookies(dependencies.settings);
  const shared: Pick<Context, 'countProblem' | 'presentedSession'> = {
    countProblem,
    presentedSession(this: Scoped, fromInput) {
      this.scope.readTokens ??= new Map();
      return readPresentedSession(this, this.scope.readTokens, fromInput);
    },
  };
  return Object.defineProperties(
    { ...dependencies, ...shared },
    lazily({
      client: ({ scope }) => createClient(scope, deviceCookies.read(scope.request)),
      refreshCookie: ({ scope }) => refreshCookieOf(scope.request, scope.reply),
      deviceCookie: ({ scope }) => deviceCookies.writer(scope.reply),
      limitHeaders: ({ scope }) => createLimitHeaders(scope.reply),
      browser: ({ scope }) => readBrowserHeaders(scope.request),
      em: () => dependencies.orm.em.fork(),
      accessProblems: () => [],
      loaders: createRequestLoaders,
    }),
  );
}

/** Creates the context of each request of a process. */
export function createContextFactory(dependencies: Dependencies) {
  const problems = new Counter({
    name: 'gatehouse_problems_total',
    help: 'Expected failures returned to clients, by code.',
    labelNames: ['code'],
    registers: [dependencies.metrics],
  });
  const shared = createSharedContext(dependencies, (code) => problems.inc({ code }));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<HttpContext> => {
    const caller = await authenticate(dependencies, request);
    const { actor } = caller;
    if (actor.kind === 'user') workOnRowsOf(`user:${actor.userId}`);
    return Object.assign(Object.create(shared), { scope: { request, reply }, ...caller, requestId: request.id });
  };
}
