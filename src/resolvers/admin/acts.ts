import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { adminInputs } from '../../inputs/admin.js';
import { parseInput } from '../../inputs/parse.js';
import type { Context } from '../../request.js';
import { AdminSetUserRoleInput, AdminUserInput, AdminUserResult } from '../../schema/admin/acts.js';
import { changeUser } from '../../services/admin/change-user.js';
import { endUserSessions } from '../../services/admin/end-user-sessions.js';
import { resetTwoFactor } from '../../services/admin/reset-two-factor.js';
import { unlockUser } from '../../services/admin/unlock-user.js';
import { act } from './act.js';

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
