import { LRUCache } from 'lru-cache';
import { type Problem, ProblemError, problem, RETRY_SECONDS } from '../problems.js';
import type { Context } from '../request.js';
import { noteRefusal } from './note-refusal.js';
import { rule } from './shield.js';

/** Decides from the context alone; a failure says why not. */
type Check = (context: Context) => true | Problem;

/** Somebody who keeps asking is noted once in this time. */
const NOTE_AGAIN_AFTER_MILLISECONDS = 60_000;
const MOST_NOTED = 10_000;
const noted = new LRUCache<string, true>({ max: MOST_NOTED, ttl: NOTE_AGAIN_AFTER_MILLISECONDS });

/** Who is signed in and asks for what they may not do is noted in the audit log. */
async function noteForbidden(context: Context, name: string, { code }: Problem): Promise<void> {
  if (code !== 'FORBIDDEN' || context.actor.kind !== 'user') return;
  const key = `${name} ${context.actor.userId}`;
  if (noted.has(key)) return;
  noted.set(key, true);
  await noteRefusal(context, 'ACCESS_DENIED', { rule: name });
}

/**
 * A rule of the permission map. What a check throws is logged and goes on as the fault that it is; left to shield it would
 * look like a plain refusal.
 */
export function contextRule(name: string, check: Check) {
  return rule(name, { cache: 'no_cache' })(async (_parent, _arguments, context: Context) => {
    try {
      const answer = check(context);
      if (answer === true) return true;
      await noteForbidden(context, name, answer);
      return new ProblemError(answer);
    } catch (cause) {
      context.logger.error({ err: cause, requestId: context.requestId, rule: name }, 'a permission rule failed');
      return cause instanceof Error ? cause : new Error('A permission rule failed.', { cause });
    }
  });
}

/** What is wrong with the caller's token; `undefined` where there is none or it holds. */
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

/** The caller is signed in, or brings no token at all; a token that does not hold tells the client to refresh. */
export const holdsNoBadToken = contextRule('holdsNoBadToken', (context) => tokenProblem(context) ?? true);

/** The request comes from the router of the supergraph. */
export const isRouter = contextRule('isRouter', ({ fromRouter }) => fromRouter || problem('FORBIDDEN'));
