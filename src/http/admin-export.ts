import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { adminFilters } from '../inputs/admin-lists.js';
import { parseInput } from '../inputs/parse.js';
import { isProblem, problem } from '../problems.js';
import { authorizeExport } from '../services/admin/exports/authorize-export.js';
import { exportList, LONGEST_MILLISECONDS } from '../services/admin/exports/export-list.js';
import { eventsToExport, usersToExport } from '../services/admin/exports/sources.js';
import { isKnownAdmin } from '../services/admin/known-admin.js';
import type { UseCaseContext } from '../services/use-case.js';
import { callerOf, contextOf, problemOf, refuse } from './admin-requests.js';
import { readFilter } from './export-parameters.js';

/** Exports that a process writes at once. */
const MOST_AT_ONCE = 2;
/** Running exports have this much time once the server closes. It is shorter than the time that the server waits for them. */
const CLOSED_WITHIN_MILLISECONDS = 3_000;

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', ndjson: 'application/x-ndjson; charset=utf-8' };

const lists = {
  users: (context: UseCaseContext, query: unknown) =>
    usersToExport(context, parseInput(adminFilters.users, readFilter(query), 'filter')),
  'audit-events': (context: UseCaseContext, query: unknown) =>
    eventsToExport(context, parseInput(adminFilters.auditEvents, readFilter(query), 'filter')),
};

/** Registers the exports of lists, which are authorised by an access token in the Authorization header alone. */
export function registerAdminExport(app: FastifyInstance, dependencies: Dependencies): void {
  const running = new Set<Readable>();
  app.addHook('preClose', (done) => {
    const cut = () => {
      for (const stream of running) stream.destroy(new Error('The process ended during an export.'));
    };
    setTimeout(cut, CLOSED_WITHIN_MILLISECONDS).unref();
    done();
  });
  const begin = async (name: keyof typeof lists, format: keyof typeof TYPES, request: FastifyRequest) => {
    const context = contextOf(dependencies, request);
    const caller = await callerOf(dependencies, request);
    const admin = await authorizeExport(context, caller);
    if (isProblem(admin)) return admin;
    const source = await lists[name](context, request.query);
    if (running.size >= MOST_AT_ONCE) return problem('RATE_LIMITED', { limit: MOST_AT_ONCE, retryAfterSeconds: 60 });
    const filters = Object.keys(request.query as object);
    const isAllowed = async () => !context.revocations.has(admin.sessionId) && (await isKnownAdmin(context, admin));
    const list = { file: `${name}.${format}`, format, filters, actorId: admin.userId, isAllowed };
    const stream = Readable.from(exportList(context, source, list));
    // The export checks its time only when its reader takes a batch, which a reader may never do.
    const limit = setTimeout(() => stream.destroy(new Error('An export took too long.')), LONGEST_MILLISECONDS).unref();
    running.add(stream);
    return stream.once('close', () => {
      clearTimeout(limit);
      running.delete(stream);
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
