import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { adminFilters } from '../../inputs/admin-lists.js';
import { parseInput } from '../../inputs/parse.js';
import { isProblem } from '../../problems.js';
import type { Context } from '../../request.js';
import { AdminAuditEventsArguments, AdminUserEventsArguments } from '../../schema/admin/audit.js';
import { AdminUser } from '../../schema/admin/user.js';
import { ADMIN_PAGE_SIZE } from '../../schema/admin/users.js';
import { AuditEventConnection } from '../../schema/audit.js';
import { DEFAULT_PAGE_SIZE } from '../../schema/pagination.js';
import { MICROSECONDS, readKeysetPage } from '../../services/admin/keyset.js';
import { EVENT_ORDER, listEvents } from '../../services/admin/list-events.js';
import { toAuditEventConnection } from '../mapping/audit.js';
import { onceInRootField } from '../once-in-root-field.js';

/** Validates the filter and the page of a list of events. */
function readWanted({ filter, first, after }: AdminUserEventsArguments, size: number) {
  const selected = parseInput(adminFilters.auditEvents, filter ?? {}, 'filter');
  const window = readKeysetPage({ first: first ?? size, after: after ?? null }, EVENT_ORDER, MICROSECONDS);
  return isProblem(window) ? window : { filter: selected, window };
}

@Resolver()
export class AdminEventsResolver {
  @Query(() => AuditEventConnection, { description: 'The audit events that match a filter, newest first.' })
  async adminAuditEvents(
    @Args(() => AdminAuditEventsArguments) wanted: AdminAuditEventsArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const read = readWanted(wanted, ADMIN_PAGE_SIZE);
    if (isProblem(read)) return read;
    return await onceInRootField(context, info, ['admin-events', read], async () => {
      const page = await listEvents(context, read.filter, read.window);
      return isProblem(page) ? page : toAuditEventConnection(page, 'staff');
    });
  }
}

@Resolver(() => AdminUser)
export class AdminUserEventsResolver {
  @FieldResolver(() => AuditEventConnection, { description: 'Events that concern the account, newest first.' })
  async auditEvents(
    @Root() { id: userId }: AdminUser,
    @Args(() => AdminUserEventsArguments) wanted: AdminUserEventsArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const read = readWanted(wanted, DEFAULT_PAGE_SIZE);
    if (isProblem(read)) return read;
    return await onceInRootField(context, info, ['user-events', userId, read], async () => {
      const { admin } = context.loaders;
      const [page] = await Promise.all([admin.eventPages.load({ userId, ...read }), admin.readings.load(userId)]);
      return isProblem(page) ? page : toAuditEventConnection(page, 'staff');
    });
  }
}
