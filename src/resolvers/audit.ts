import { Args, Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { isProblem, problem } from '../problems.js';
import { AuditEventConnection } from '../schema/audit.js';
import { DEFAULT_PAGE_SIZE, PageArguments } from '../schema/pagination.js';
import { listOwnEvents } from '../services/audit/list-events.js';
import { toAuditEventConnection } from './to-graphql.js';

@Resolver()
export class AuditResolver {
  @Query(() => AuditEventConnection, {
    description: 'What happened to the account of whoever is signed in, and what they did, newest first.',
  })
  async myAuditEvents(@Args(() => PageArguments) page: PageArguments, @Ctx() context: Context) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const request = { first: page.first ?? DEFAULT_PAGE_SIZE, after: page.after ?? null };
    const outcome = await listOwnEvents(context, actor.userId, request);
    return isProblem(outcome) ? outcome : toAuditEventConnection(outcome, actor.userId);
  }
}
