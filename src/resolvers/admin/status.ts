import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Info, Query, Resolver } from 'type-graphql';
import type { Context } from '../../request.js';
import { AdminStatus } from '../../schema/admin/status.js';
import { readStatus } from '../../services/admin/status.js';
import { toStatus } from '../mapping/status.js';
import { onceInRootField } from '../once-in-root-field.js';

@Resolver()
export class AdminStatusResolver {
  @Query(() => AdminStatus, { description: 'What the gateway runs with, and whether all of it works.' })
  async adminStatus(@Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    return await onceInRootField(context, info, ['admin-status'], async () => toStatus(await readStatus(context)));
  }
}
