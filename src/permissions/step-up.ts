import type { IMiddlewareFunction } from 'graphql-middleware';
import { operations } from '../operations/all.js';
import type { StepUp } from '../operations/operation.js';
import { problem } from '../problems.js';
import type { Context } from '../request.js';
import { recordRefusal } from '../services/audit/record-refusal.js';
import { requireRecentAuthentication } from '../services/sessions/recent-authentication.js';

function isOwnSession({ id }: { id?: unknown }, sessionId: string): boolean {
  return typeof id === 'string' && id.toLowerCase() === sessionId;
}

type Arguments = { id?: unknown; input?: { role?: unknown } };

/** Returns whether the row exempts this call. */
function isExempt(stepUp: StepUp, args: Arguments, { settings }: Context, sessionId: string): boolean {
  if (stepUp.exceptOwnSession === true && isOwnSession(args, sessionId)) return true;
  return stepUp.exceptDefaultRole === true && (args.input?.role ?? settings.defaultRole) === settings.defaultRole;
}

function requireStepUp(stepUp: StepUp): IMiddlewareFunction<unknown, Context> {
  return async (resolve, parent, args, context, info) => {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    if (!isExempt(stepUp, args, context, actor.sessionId)) {
      const stale = requireRecentAuthentication(context, actor.authenticatedAt);
      if (stale !== undefined) return await recordRefusal(context, stepUp.event, actor.userId, stale);
    }
    return await resolve(parent, args, context, info);
  };
}

/** Requires a recent authentication for the mutations whose rows say so, before their input is read. */
export const stepUps: Record<string, IMiddlewareFunction<unknown, Context>> = Object.fromEntries(
  Object.entries(operations.Mutation).flatMap(([field, row]) =>
    'stepUp' in row && row.stepUp !== 'none' ? [[field, requireStepUp(row.stepUp)] as const] : [],
  ),
);
