import type { EntityManager } from '@mikro-orm/postgresql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import type { Dependencies } from '../../dependencies.js';
import { workOnRowsOf } from '../../lib/request-scope.js';
import type { AccessProblem, Context } from '../../request.js';
import { type BrowserHeaders, readBrowserHeaders } from '../browser-guard.js';
import { createDeviceCookies, createRefreshCookies } from '../cookies.js';
import { header } from '../header.js';
import { createLimitHeaders } from '../limit-headers.js';
import { createLoaders } from '../loaders.js';
import { authenticate } from './authenticate.js';
import { type ReadTokens, readPresentedSession } from './presented-session.js';

const LONGEST_USER_AGENT = 512;
/** Characters that would break the lines of a log or a list. */
const CONTROL = /\p{Cc}/gu;

/** The context, with the headers that the browser guard reads. */
export type HttpContext = Context & { browser: BrowserHeaders };

/** The values of one request that are created on first use; Apollo's copies of a context share them. */
interface Scope {
  em?: EntityManager;
  loaders?: Context['loaders'];
  readTokens?: ReadTokens;
  accessProblems?: AccessProblem[];
}

type Scoped = Context & { scope: Scope };

/**
 * The part of every context that is the same for all requests. Contexts inherit from it, because copying the dependencies and
 * creating an entity manager for each request costs more than answering `me` does.
 */
function createSharedContext(dependencies: Dependencies, countProblem: Context['countProblem']): object {
  const createRequestLoaders = createLoaders(dependencies);
  const shared: Pick<Context, 'countProblem' | 'presentedSession'> = {
    countProblem,
    presentedSession(this: Scoped, fromInput) {
      this.scope.readTokens ??= new Map();
      return readPresentedSession(this, this.scope.readTokens, fromInput);
    },
  };
  return Object.defineProperties(
    { ...dependencies, ...shared },
    {
      em: {
        get(this: Scoped) {
          this.scope.em ??= dependencies.orm.em.fork();
          return this.scope.em;
        },
      },
      accessProblems: {
        get(this: Scoped) {
          this.scope.accessProblems ??= [];
          return this.scope.accessProblems;
        },
      },
      loaders: {
        get(this: Scoped) {
          this.scope.loaders ??= createRequestLoaders(this);
          return this.scope.loaders;
        },
      },
    },
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
  const refreshCookieOf = createRefreshCookies(dependencies);
  const deviceCookies = createDeviceCookies(dependencies.settings);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<HttpContext> => {
    const caller = await authenticate(dependencies, request);
    const { actor } = caller;
    if (actor.kind === 'user') workOnRowsOf(`user:${actor.userId}`);
    return Object.assign(Object.create(shared), {
      scope: {},
      ...caller,
      client: {
        ipAddress: request.clientAddress,
        userAgent: header(request, 'user-agent')?.slice(0, LONGEST_USER_AGENT).replace(CONTROL, ' ') ?? null,
        deviceToken: deviceCookies.read(request),
      },
      requestId: request.id,
      refreshCookie: refreshCookieOf(request, reply),
      deviceCookie: deviceCookies.writer(reply),
      tellLimit: createLimitHeaders(reply),
      browser: readBrowserHeaders(request),
    });
  };
}
