import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { adminFilters } from '../../inputs/admin-lists.js';
import { parseInput } from '../../inputs/parse.js';
import { isProblem } from '../../problems.js';
import type { Context } from '../../request.js';
import { ADMIN_PAGE_SIZE, AdminUserConnection, AdminUserEdge, AdminUsersArguments } from '../../schema/admin/users.js';
import { readKeysetPage } from '../../services/admin/keyset.js';
import { listUsers } from '../../services/admin/list-users.js';
import { userOrders } from '../../services/admin/user-order.js';
import { toAdminUser } from '../mapping/admin-user.js';
import { toPageInfo } from '../mapping/page-info.js';
import { onceInRootField } from '../once-in-root-field.js';

@Resolver(() => AdminUserConnection)
export class AdminUserListResolver {
  @Query(() => AdminUserConnection, { description: 'The accounts that match a filter, one page at a time.' })
  async adminUsers(
    @Args(() => AdminUsersArguments) { filter, orderBy, first, after }: AdminUsersArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const selected = parseInput(adminFilters.users, filter ?? {}, 'filter');
    const request = { first: first ?? ADMIN_PAGE_SIZE, after: after ?? null };
    const window = readKeysetPage(request, orderBy, userOrders[orderBy].form);
    if (isProblem(window)) return window;
    return await onceInRootField(context, info, ['admin-users', selected, orderBy, window], async () => {
      const page = await listUsers(context, selected, orderBy, window);
      if (isProblem(page)) return page;
      const edges = page.items.map(({ cursor, item }) =>
        Object.assign(new AdminUserEdge(), { cursor, node: toAdminUser(item) }),
      );
      const { countApproximately } = page;
      const nodes = edges.map(({ node }) => node);
      return Object.assign(new AdminUserConnection(), { edges, nodes, pageInfo: toPageInfo(page), countApproximately });
    });
  }

  @FieldResolver(() => Int, {
    description:
      "Number of accounts that match the filter: exact if this page contains all of them, otherwise the database's estimate.",
  })
  async approximateTotalCount(@Root() { countApproximately }: AdminUserConnection) {
    return await countApproximately();
  }
}
