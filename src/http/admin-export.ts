import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { adminFilters } from '../inputs/admin-lists.js';
import { parseInput } from '../inputs/parse.js';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import { isProblem, type Problem, ProblemError, problem, RETRY_SECONDS } from '../problems.js';
import { authorizeExport } from '../services/admin/exports/authorize-export.js';
import { exportList } from '../services/admin/exports/export-list.js';
import { eventsToExport, usersToExport } from '../services/admin/exports/sources.js';
import { contextWithoutClient, type UseCaseContext } from '../services/use-case.js';
import { authenticate } from './authenticate/authenticate.js';
import { readFilter } from './export-parameters.js';
import { header } from './header.js';
import { sendProblem } from './problem-details.js';

/** Exports that a process writes at once. */
const MOST_AT_ONCE = 2;
const LONGEST_USER_AGENT = 512;

const STATUS: Partial<Record<Problem['code'], number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  REAUTHENTICATION_REQUIRED: 403,
  INPUT_INVALID: 400,
  RATE_LIMITED: 429,
  TEMPORARILY_UNAVAILABLE: 503,
};

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', ndjson: 'application/x-ndjson; charset=utf-8' };

const lists = {
  users: (context: UseCaseContext, query: unknown) =>
    usersToExport(context, parseInput(adminFilters.users, readFilter(query), 'filter')),
  'audit-events': (context: UseCaseContext, query: unknown) =>
    eventsToExport(context, parseInput(adminFilters.auditEvents, readFilter(query), 'filter')),
};

function refuse(request: FastifyRequest, reply: FastifyReply, refused: Problem): FastifyReply {
  const { code, message: detail } = refused;
  if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  if ('retryAfterSeconds' in refused) void reply.header('retry-after', String(refused.retryAfterSeconds));
  const fields = 'fields' in refused ? { fields: refused.fields } : {};
  return sendProblem(request, reply, STATUS[code] ?? 500, { code, detail, ...fields });
}

function contextOf(dependencies: Dependencies, request: FastifyRequest): UseCaseContext {
  const userAgent =
    header(request, 'user-agent')
      ?.slice(0, LONGEST_USER_AGENT)
      .replace(/\p{Cc}/gu, ' ') ?? null;
  const client = { ipAddress: request.clientAddress, userAgent, deviceToken: null };
  return { ...contextWithoutClient(dependencies, request.id), client };
}

/** Turns what the checks throw into the failure that it represents. */
function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  if (isDatabaseUnavailable(thrown)) return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
  throw thrown;
}

/** Registers the exports of lists, which are authorised by an access token in the Authorization header alone. */
export function registerAdminExport(app: FastifyInstance, dependencies: Dependencies): void {
  let running = 0;
  const begin = async (name: keyof typeof lists, format: keyof typeof TYPES, request: FastifyRequest) => {
    const { actor } = await authenticate(dependencies, request);
    const context = contextOf(dependencies, request);
    const actorId = await authorizeExport(context, actor.kind === 'user' ? actor : actor.kind);
    if (isProblem(actorId)) return actorId;
    const source = await lists[name](context, request.query);
    if (running >= MOST_AT_ONCE) return problem('RATE_LIMITED', { limit: MOST_AT_ONCE, retryAfterSeconds: 60 });
    running += 1;
    const filters = Object.keys(request.query as object);
    const lines = exportList(context, source, { file: `${name}.${format}`, format, filters, actorId });
    return Readable.from(lines).once('close', () => {
      running -= 1;
    });
  };
  for (const name of Object.keys(lists) as (keyof typeof lists)[]) {
    for (const format of ['csv', 'ndjson'] as const) {
      // A HEAD request would write the whole export.
      app.get(`/admin/export/${name}.${format}`, { exposeHeadRoute: false }, async (request, reply) => {
        const begun = await begin(name, format, request).catch(problemOf);
        if (isProblem(begun)) return refuse(request, reply, begun);
        void reply.header('content-disposition', `attachment; filename="${name}.${format}"`);
        return reply.type(TYPES[format]).send(begun);
      });
    }
  }
}
