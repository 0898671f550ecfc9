import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { adminFilters } from '../../inputs/admin-lists.js';
import { parseInput } from '../../inputs/parse.js';
import { isProblem } from '../../problems.js';
import type { Context } from '../../request.js';
import { AdminMailConnection, AdminMailsArguments } from '../../schema/admin/mails.js';
import { AdminUser } from '../../schema/admin/user.js';
import { ADMIN_PAGE_SIZE } from '../../schema/admin/users.js';
import { DEFAULT_PAGE_SIZE, PageArguments } from '../../schema/pagination.js';
import { MICROSECONDS, readKeysetPage } from '../../services/admin/keyset.js';
import { listMails, MAIL_ORDER } from '../../services/admin/list-mails.js';
import { toAdminMailConnection } from '../mapping/admin-mail.js';
import { onceInRootField } from '../once-in-root-field.js';

@Resolver()
export class AdminMailsResolver {
  @Query(() => AdminMailConnection, { description: 'The emails that match a filter, newest first.' })
  async adminMails(
    @Args(() => AdminMailsArguments) { filter, first, after }: AdminMailsArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const selected = parseInput(adminFilters.mails, filter ?? {}, 'filter');
    const request = { first: first ?? ADMIN_PAGE_SIZE, after: after ?? null };
    const window = readKeysetPage(request, MAIL_ORDER, MICROSECONDS);
    if (isProblem(window)) return window;
    return await onceInRootField(context, info, ['admin-mails', selected, window], async () => {
      const page = await listMails(context, selected, window);
      return isProblem(page) ? page : toAdminMailConnection(page);
    });
  }
}

@Resolver(() => AdminUser)
export class AdminUserMailsResolver {
  @FieldResolver(() => AdminMailConnection, {
    description: 'Emails that concern the account, newest first.',
  })
  async mails(
    @Root() { id: userId }: AdminUser,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const request = { first: first ?? DEFAULT_PAGE_SIZE, after: after ?? null };
    const window = readKeysetPage(request, MAIL_ORDER, MICROSECONDS);
    if (isProblem(window)) return window;
    return await onceInRootField(context, info, ['user-mails', userId, window], async () => {
      const { admin } = context.loaders;
      const [page] = await Promise.all([admin.mailPages.load({ userId, window }), admin.readings.load(userId)]);
      return isProblem(page) ? page : toAdminMailConnection(page);
    });
  }
}
