import type { Context } from '../context.js';
import { type Problem, ProblemError, problem } from '../problems.js';
import { rule } from './shield.js';

/** Decides from the context alone; a failure says why not. */
type Check = (context: Context) => true | Problem;

/**
 * A rule of the permission map. What a check throws is logged and goes on as the fault that it is; left to shield it would
 * look like a plain refusal.
 */
export function contextRule(name: string, check: Check) {
  return rule(name, { cache: 'no_cache' })((_parent, _arguments, context: Context) => {
    try {
      const answer = check(context);
      return answer === true ? true : new ProblemError(answer);
    } catch (cause) {
      context.logger.error({ err: cause, requestId: context.requestId, rule: name }, 'a permission rule failed');
      return cause instanceof Error ? cause : new Error('A permission rule failed.', { cause });
    }
  });
}

/** What is wrong with the caller's token; `undefined` where there is none or it holds. */
function tokenProblem({ actor }: Context): Problem | undefined {
  if (actor.kind === 'rejected') return problem('UNAUTHENTICATED');
  if (actor.kind === 'unverifiable') return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: null });
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
