import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import type { Dependencies } from '../../dependencies.js';
import { equalInConstantTime } from '../../lib/constant-time.js';
import { isDatabaseUnavailable } from '../../lib/database-errors.js';
import { forSeveralRequests, workOnRowsOf } from '../../lib/request-scope.js';
import type { Actor, Context } from '../../request.js';
import type { PageWindow } from '../../services/page.js';
import { countSessions, findSessions, listSessions, type SessionPage } from '../../services/sessions/list-sessions.js';
import { findUsers } from '../../services/users/find-user.js';
import { type BrowserHeaders, readBrowserHeaders } from '../browser-guard.js';
import { createDeviceCookie, createRefreshCookie, readDeviceToken } from '../cookies.js';
import { createLimitHeaders } from '../limit-headers.js';

const BEARER = /^Bearer +([^\s]+) *$/i;
const LONGEST_USER_AGENT = 512;
/** What would break the lines of whatever shows the text. */
const CONTROL = /\p{Cc}/gu;
const USERS_PER_QUERY = 200;

/** A header that was sent once; a repeated one is nobody's. */
function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

/**
 * What the request says of who asks; blank ones are left out, as some clients send the header where they hold no token. Node.js
 * keeps the first of two; what stands before us may have read the other one, so that two together are no token at all.
 */
function authorizationOf({ raw: { rawHeaders } }: FastifyRequest): string | null {
  const sent = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  const distinct = new Set(sent.map((value) => value.trim()).filter((value) => value !== ''));
  return distinct.size === 0 ? null : [...distinct].join(', ');
}

/** Tells who asks, without a round trip: the signature proves the token, and the list in memory knows what was revoked. */
async function authenticate(dependencies: Dependencies, authorization: string | null): Promise<Actor> {
  if (authorization === null) return { kind: 'anonymous' };
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) return { kind: 'rejected', sessionId: null };
  const check = await dependencies.accessTokens.verify(token).catch((cause: unknown) => {
    if (isDatabaseUnavailable(cause)) return { status: 'unverifiable' as const };
    throw cause;
  });
  if (check.status === 'unverifiable' || !dependencies.revocations.isReady()) return { kind: 'unverifiable' };
  if (check.status === 'invalid') return { kind: 'rejected', sessionId: null };
  if (check.status === 'expired') return { kind: 'rejected', sessionId: check.sessionId };
  const { claims } = check;
  return dependencies.revocations.has(claims.sessionId)
    ? { kind: 'rejected', sessionId: null }
    : { kind: 'user', ...claims };
}

export function isFromRouter({ settings }: Pick<Dependencies, 'settings'>, request: FastifyRequest): boolean {
  if (settings.routerSecret === undefined) return settings.nodeEnv !== 'production';
  const given = header(request, 'x-router-secret') ?? header(request, 'router-authorization');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== null && equalInConstantTime(digest(given), digest(settings.routerSecret));
}

/** Loads by id in one query and in the order that was asked for. */
function byId<Entity extends { id: string }>(
  find: (ids: readonly string[]) => Promise<Entity[]>,
  options?: DataLoader.Options<string, Entity | null>,
) {
  return new DataLoader<string, Entity | null>(async (ids) => {
    const found = new Map((await find(ids)).map((entity) => [entity.id, entity]));
    return ids.map((id) => found.get(id) ?? null);
  }, options);
}

/** Reads the pages of all users that are asked for together, one statement for each kind of page. */
async function loadSessionPages(dependencies: Dependencies, wanted: readonly { userId: string; window: PageWindow }[]) {
  const pages = new Map<string, Map<string, SessionPage>>();
  const kinds = Map.groupBy(wanted, ({ window }) => JSON.stringify(window));
  for (const [kind, [one, ...others]] of kinds) {
    if (one === undefined) continue;
    const userIds = [...new Set([one, ...others].map(({ userId }) => userId))];
    const found = await listSessions(dependencies, userIds, one.window);
    pages.set(kind, new Map(found.map((page) => [page.userId, page])));
  }
  return wanted.map(
    ({ userId, window }) => pages.get(JSON.stringify(window))?.get(userId) ?? new Error('a page was not loaded'),
  );
}

/** The context with what the browser guard reads. */
export type HttpContext = Context & { browser: BrowserHeaders };

/** What is made for one request when it is first asked for; Apollo's copies of a context share it. */
interface Scope {
  em?: EntityManager;
  loaders?: Context['loaders'];
}

/**
 * The part of every context that is the same for all requests. Contexts inherit from it, as copying the dependencies and
 * making an entity manager for each request costs more than answering `me` does.
 */
function createSharedContext(dependencies: Dependencies, countProblem: Context['countProblem']): object {
  // Requests that are read in one turn of the event loop share one query; nothing is kept, so nothing is out of date.
  const users = byId((ids) => forSeveralRequests(() => findUsers(dependencies, ids)), {
    cache: false,
    maxBatchSize: USERS_PER_QUERY,
    batchScheduleFn: setImmediate,
  });
  return Object.defineProperties(
    { ...dependencies, countProblem },
    {
      em: {
        get(this: { scope: Scope }) {
          this.scope.em ??= dependencies.orm.em.fork();
          return this.scope.em;
        },
      },
      loaders: {
        get(this: Context & { scope: Scope }) {
          this.scope.loaders ??= {
            users: new DataLoader((ids) => users.loadMany(ids)),
            sessions: byId((ids) => findSessions(this, ids)),
            // What a mutation has changed must show in what is read below it, so these keep nothing.
            sessionPages: new DataLoader((wanted) => loadSessionPages(dependencies, wanted), { cache: false }),
            sessionCounts: new DataLoader((ids) => countSessions(dependencies, ids), { cache: false }),
          };
          return this.scope.loaders;
        },
      },
    },
  );
}

/** Makes the contexts of one process's requests. */
export function createContextFactory(dependencies: Dependencies) {
  const problems = new Counter({
    name: 'gatehouse_problems_total',
    help: 'Expected failures returned to clients, by code.',
    labelNames: ['code'],
    registers: [dependencies.metrics],
  });
  const shared = createSharedContext(dependencies, (code) => problems.inc({ code }));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<HttpContext> => {
    const actor = await authenticate(dependencies, authorizationOf(request));
    if (actor.kind === 'user') workOnRowsOf(`user:${actor.userId}`);
    return Object.assign(Object.create(shared), {
      scope: {},
      actor,
      client: {
        ipAddress: request.clientAddress,
        userAgent: header(request, 'user-agent')?.slice(0, LONGEST_USER_AGENT).replace(CONTROL, ' ') ?? null,
        deviceToken: readDeviceToken(dependencies.settings, request),
      },
      requestId: request.id,
      refreshCookie: createRefreshCookie(dependencies, request, reply),
      deviceCookie: createDeviceCookie(dependencies.settings, reply),
      fromRouter: isFromRouter(dependencies, request),
      tellLimit: createLimitHeaders(reply),
      browser: readBrowserHeaders(request),
    });
  };
}
