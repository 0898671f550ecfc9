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

function requireStepUp({ event, exceptOwnSession = false }: StepUp): IMiddlewareFunction<unknown, Context> {
  return async (resolve, parent, args, context, info) => {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const isExempt = exceptOwnSession && isOwnSession(args, actor.sessionId);
    const stale = isExempt ? undefined : requireRecentAuthentication(context, actor.authenticatedAt);
    if (stale !== undefined) return await recordRefusal(context, event, actor.userId, stale);
    return await resolve(parent, args, context, info);
  };
}

/** Requires a recent authentication for the mutations whose rows say so, before their input is read. */
export const stepUps: Record<string, IMiddlewareFunction<unknown, Context>> = Object.fromEntries(
  Object.entries(operations.Mutation).flatMap(([field, row]) =>
    'stepUp' in row && row.stepUp !== 'none' ? [[field, requireStepUp(row.stepUp)] as const] : [],
  ),
);
