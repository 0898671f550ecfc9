import type { GraphQLResolveInfo } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ServiceScope } from '../inputs/service-client.js';
import { isInAdminNetwork } from '../lib/networks.js';
import { isProblem, type Problem, ProblemError, problem, RETRY_SECONDS } from '../problems.js';
import type { Context } from '../request.js';
import { noteRefusal } from './note-refusal.js';
import { rule } from './shield.js';

/** Decides from the context and the arguments; a failure is the reason to reject. */
type Check = (context: Context, args: Record<string, unknown>) => true | Problem;

/** Repeated rejections of one user are recorded once in this time. */
const NOTE_AGAIN_AFTER_MILLISECONDS = 60_000;
const MOST_NOTED = 10_000;
const noted = new LRUCache<string, true>({ max: MOST_NOTED, ttl: NOTE_AGAIN_AFTER_MILLISECONDS });

/** Records in the audit log that a signed-in user or a service requested something that they are not allowed to do. */
async function noteForbidden(context: Context, { code }: Problem, facts: Record<string, string>): Promise<void> {
  const { actor, service } = context;
  const caller = [actor.kind === 'user' ? actor.userId : [], typeof service === 'object' ? service.id : []].flat();
  if (code !== 'FORBIDDEN' || caller.length === 0) return;
  const key = [...Object.values(facts), ...caller].join(' ');
  if (noted.has(key)) return;
  noted.set(key, true);
  await noteRefusal(context, 'ACCESS_DENIED', facts);
}

/**
 * A rule of the permission map. An error that a check throws is logged and passed on as the fault that it is; shield alone
 * would turn it into a plain rejection. `factsOf` says more about a rejection in the audit log.
 */
export function contextRule(
  name: string,
  check: Check,
  factsOf: (context: Context, operation: string) => Record<string, string> = () => ({}),
) {
  return rule(name, { cache: 'no_cache' })(async (_parent, args, context: Context, info: GraphQLResolveInfo) => {
    try {
      const answer = check(context, args);
      if (answer === true) return true;
      await noteForbidden(context, answer, { rule: name, ...factsOf(context, info.fieldName) });
      return new ProblemError(answer);
    } catch (cause) {
      context.logger.error({ err: cause, requestId: context.requestId, rule: name }, 'a permission rule failed');
      return cause instanceof Error ? cause : new Error('A permission rule failed.', { cause });
    }
  });
}

/** The problem with the caller's token; `undefined` if there is none or it is valid. */
function tokenProblem({ actor }: Context): Problem | undefined {
  if (actor.kind === 'rejected') return problem('UNAUTHENTICATED');
  if (actor.kind === 'unverifiable') return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
  return undefined;
}

/** The caller holds a valid access token of a live session. */
export const isSignedIn = contextRule(
  'isSignedIn',
  (context) => tokenProblem(context) ?? (context.actor.kind === 'user' || problem('UNAUTHENTICATED')),
);

/** The caller is signed in, or presents no token at all. An invalid token tells the client to refresh. */
export const holdsNoBadToken = contextRule('holdsNoBadToken', (context) => tokenProblem(context) ?? true);

function requireRole(name: string, ...allowed: string[]) {
  const check: Check = (context) => {
    const { actor } = context;
    if (actor.kind !== 'user') return tokenProblem(context) ?? problem('UNAUTHENTICATED');
    return (
      (allowed.includes(actor.role) && isInAdminNetwork(context.settings.adminNetworks, context.client.ipAddress)) ||
      problem('FORBIDDEN')
    );
  };
  return contextRule(name, check, (context, operation) => {
    const network: Record<string, string> = isInAdminNetwork(context.settings.adminNetworks, context.client.ipAddress)
      ? {}
      : { network: 'OUTSIDE_ADMIN_NETWORKS' };
    return { operation, ...network };
  });
}

/** The caller is signed in as an admin. */
export const isAdmin = requireRole('isAdmin', 'admin');

/** The caller is signed in as an admin or as support. */
export const isStaff = requireRole('isStaff', 'admin', 'support');

/** The request comes from the router of the supergraph. */
export const isRouter = contextRule('isRouter', ({ fromRouter }) => fromRouter || problem('FORBIDDEN'));

/** Returns whether the scope is granted to the service, or why not; undefined if no service called. */
function grantedTo({ service }: Context, scope: ServiceScope): boolean | Problem | undefined {
  if (service === 'unverifiable') return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
  return service?.scopes.includes(scope);
}

/** The request comes from a service with the scope. Users are not allowed what services are. */
export function isServiceWith(scope: ServiceScope) {
  return contextRule(`isServiceWith ${scope}`, (context) => {
    const granted = grantedTo(context, scope);
    if (isProblem(granted) || granted === true) return granted;
    if (granted === false || context.actor.kind === 'user') return problem('FORBIDDEN');
    return tokenProblem(context) ?? problem('UNAUTHENTICATED');
  });
}

function areUsers(representations: unknown): boolean {
  const isUser = (one: unknown) =>
    typeof one === 'object' && one !== null && '__typename' in one && one.__typename === 'User';
  return Array.isArray(representations) && representations.every(isUser);
}

/** The request comes from the router, or from a service with the scope that asks for users alone. */
export function isRouterOrReadsUsers(scope: ServiceScope) {
  return contextRule(`isRouter or ${scope}`, (context, { representations }) => {
    if (context.fromRouter) return true;
    const granted = grantedTo(context, scope);
    if (isProblem(granted)) return granted;
    return (granted === true && areUsers(representations)) || problem('FORBIDDEN');
  });
}
