import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql';
import { isProblem } from '../../problems.js';
import type { Context } from '../../request.js';
import { AdminOverview, AdminOverviewDay, AdminRefusalCount } from '../../schema/admin/overview.js';
import { readOverview } from '../../services/admin/overview.js';
import { onceInRootField } from '../once-in-root-field.js';

@Resolver()
export class AdminOverviewResolver {
  @Query(() => AdminOverview, { description: 'Statistics on accounts, sessions, sign-ins and emails.' })
  async adminOverview(
    @Arg('days', () => Int, { defaultValue: 30, description: 'Number of days up to today, 1 to 90.' }) days: number,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return await onceInRootField(context, info, ['admin-overview', days], async () => {
      const overview = await readOverview(context, days);
      if (isProblem(overview)) return overview;
      return Object.assign(new AdminOverview(), {
        ...overview,
        days: overview.days.map((day) => Object.assign(new AdminOverviewDay(), day)),
        refusals: overview.refusals.map((refusal) => Object.assign(new AdminRefusalCount(), refusal)),
      });
    });
  }
}
