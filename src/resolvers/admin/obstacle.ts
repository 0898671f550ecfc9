import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Context } from '../../request.js';
import { AdminSignInObstacle } from '../../schema/admin/obstacle.js';
import { AdminUser } from '../../schema/admin/user.js';
import { toAuditEvent } from '../mapping/audit.js';
import { onceInRootField } from '../once-in-root-field.js';

@Resolver(() => AdminUser)
export class AdminObstacleResolver {
  @FieldResolver(() => AdminSignInObstacle, {
    nullable: true,
    description: 'What prevents the user from signing in, and the operation that removes it; null if nothing does.',
  })
  async signInObstacle(@Root() { id }: AdminUser, @Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    return await onceInRootField(context, info, ['obstacle', id], async () => {
      const { admin } = context.loaders;
      const [obstacle] = await Promise.all([admin.obstacles.load(id), admin.readings.load(id)]);
      if (obstacle === null) return null;
      const { lastRefusal, ...rest } = obstacle;
      return Object.assign(new AdminSignInObstacle(), {
        ...rest,
        lastRefusal: lastRefusal === null ? null : toAuditEvent(lastRefusal, 'staff'),
      });
    });
  }
}
