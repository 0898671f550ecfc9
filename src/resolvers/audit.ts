import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
import { AuditEventConnection } from '../schema/audit.js';
import { DEFAULT_PAGE_SIZE, PageArguments } from '../schema/pagination.js';
import { listOwnEvents } from '../services/audit/list-events.js';
import { readPage } from '../services/page.js';
import { toAuditEventConnection } from './mapping/audit.js';
import { onceInRootField } from './once-in-root-field.js';

@Resolver()
export class AuditResolver {
  @Query(() => AuditEventConnection, {
    description: "Events that concern the signed-in user's account, and the user's own actions, newest first.",
  })
  async myAuditEvents(
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const window = readPage({ first: page.first ?? DEFAULT_PAGE_SIZE, after: page.after ?? null });
    if (isProblem(window)) return window;
    return await onceInRootField(context, info, ['audit-events', actor.userId, window], async () =>
      toAuditEventConnection(await listOwnEvents(context, actor.userId, window), actor),
    );
  }
}
