import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { isUuid } from '../../lib/uuid.js';
import { problem } from '../../problems.js';
import type { Context } from '../../request.js';
import { AdminUser } from '../../schema/admin/user.js';
import { PageArguments } from '../../schema/pagination.js';
import { AuthSessionConnection } from '../../schema/session.js';
import { findAdminUsers } from '../../services/admin/user-record.js';
import { toAdminUser } from '../mapping/admin-user.js';
import { onceInRootField } from '../once-in-root-field.js';
import { pageOfSessions } from '../session.js';

@Resolver(() => AdminUser)
export class AdminUsersResolver {
  @Query(() => AdminUser, { nullable: true, description: 'One account; null if no account has this id.' })
  async adminUser(
    @Arg('id', () => ID, { description: 'Identifier of the account.' }) id: string,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    if (!isUuid(id)) return null;
    const [[user]] = await Promise.all([
      findAdminUsers(context, [id]),
      context.loaders.admin.readings.load(id.toLowerCase()),
    ]);
    return user === undefined ? null : toAdminUser(user);
  }

  @FieldResolver(() => Int, { description: 'Number of active sessions.' })
  async liveSessionCount(@Root() { id }: AdminUser, @Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    return await onceInRootField(context, info, ['session-count', id], () => context.loaders.sessionCounts.load(id));
  }

  @FieldResolver(() => AuthSessionConnection, { description: 'The active sessions, newest first.' })
  async sessions(
    @Root() { id }: AdminUser,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const [found] = await Promise.all([
      pageOfSessions(context, info, id, page),
      context.loaders.admin.readings.load(id),
    ]);
    return found;
  }
}
