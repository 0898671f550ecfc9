import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { z } from 'zod';
import { adminInputs } from '../../inputs/admin.js';
import { parseInput } from '../../inputs/parse.js';
import { isUuid } from '../../lib/uuid.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import type { Context } from '../../request.js';
import { AdminSetUserRoleInput, AdminUserInput, AdminUserResult, AdminUserUpdated } from '../../schema/admin/acts.js';
import type { UserActed } from '../../services/admin/act-on-user.js';
import type { AccountName, Staff } from '../../services/admin/administrator.js';
import { changeUser } from '../../services/admin/change-user.js';
import { endUserSessions } from '../../services/admin/end-user-sessions.js';
import { resetTwoFactor } from '../../services/admin/reset-two-factor.js';
import { unlockUser } from '../../services/admin/unlock-user.js';
import { findAdminUsers } from '../../services/admin/user-record.js';
import { toAdminUser } from '../mapping/admin-user.js';

type Why = Pick<z.output<typeof adminInputs.onUser>, 'userId' | 'reason' | 'ticket'>;
type ActOnUser = (context: Context, by: Staff, account: AccountName) => Promise<UserActed | Problem>;

/** Runs an act of the signed-in member of staff, and returns the account as it is afterwards. */
async function act(context: Context, { userId, reason, ticket = null }: Why, perform: ActOnUser) {
  const { actor } = context;
  if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
  if (!isUuid(userId)) return problem('NOT_FOUND');
  const by: Staff = { kind: 'staff', userId: actor.userId, role: actor.role, reason, ticket };
  const outcome = await perform(context, by, { id: userId.toLowerCase() });
  if (isProblem(outcome)) return outcome;
  const [user] = await findAdminUsers(context, [outcome.userId]);
  if (user === undefined) return problem('NOT_FOUND');
  const { endedSessions, mailStatus } = outcome;
  return Object.assign(new AdminUserUpdated(), { user: toAdminUser(user), endedSessions, mailStatus });
}

@Resolver()
export class AdminActsResolver {
  @Mutation(() => AdminUserResult, {
    description: 'Lifts every lock of an account, so that its owner can try to sign in again.',
  })
  async adminUnlockUser(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), unlockUser);
  }

  @Mutation(() => AdminUserResult, {
    description: 'Disables an account and ends its sessions. Returns CONFLICT for the last admin.',
  })
  async adminDisableUser(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), (request, by, account) =>
      changeUser(request, by, account, { disabled: true }),
    );
  }

  @Mutation(() => AdminUserResult, { description: 'Enables a disabled account.' })
  async adminEnableUser(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), (request, by, account) =>
      changeUser(request, by, account, { disabled: false }),
    );
  }

  @Mutation(() => AdminUserResult, {
    description:
      'Assigns a role to an account; its sessions receive it at their next refresh. Returns CONFLICT for the last admin.',
  })
  async adminSetUserRole(
    @Arg('input', () => AdminSetUserRoleInput, { description: 'The account, the role and the reason.' })
    input: AdminSetUserRoleInput,
    @Ctx() context: Context,
  ) {
    const { role, ...why } = parseInput(adminInputs.setUserRole, input);
    return await act(context, why, (request, by, account) => changeUser(request, by, account, { role }));
  }

  @Mutation(() => AdminUserResult, {
    description: 'Turns off the second factor of an account and ends its sessions. Returns CONFLICT if it is off.',
  })
  async adminResetTwoFactor(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), resetTwoFactor);
  }

  @Mutation(() => AdminUserResult, { description: 'Ends all sessions of an account.' })
  async adminEndUserSessions(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), endUserSessions);
  }
}
