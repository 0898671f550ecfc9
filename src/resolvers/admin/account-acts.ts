import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { adminInputs } from '../../inputs/admin.js';
import { parseInput } from '../../inputs/parse.js';
import { isUuid } from '../../lib/uuid.js';
import { isProblem, problem } from '../../problems.js';
import type { Context } from '../../request.js';
import {
  AdminDeleteUserInput,
  AdminDeleteUserResult,
  AdminEndSessionInput,
  AdminInviteUserInput,
  AdminUserDeleted,
} from '../../schema/admin/account-acts.js';
import { AdminUserInput, AdminUserResult } from '../../schema/admin/acts.js';
import { deleteUser } from '../../services/admin/delete-user.js';
import { endSession } from '../../services/admin/end-session.js';
import { inviteUser } from '../../services/admin/invite-user.js';
import { requireNewPassword } from '../../services/admin/require-password-change.js';
import { adminResendVerification } from '../../services/admin/resend-verification.js';
import { sendPasswordReset } from '../../services/admin/send-password-reset.js';
import { verifyUserEmail } from '../../services/admin/verify-user-email.js';
import { act, actedOn, asStaff } from './act.js';

@Resolver()
export class AdminAccountActsResolver {
  @Mutation(() => AdminUserResult, {
    description: 'Verifies the address of an account without a code. CONFLICT if it is verified already.',
  })
  async adminVerifyUserEmail(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), verifyUserEmail);
  }

  @Mutation(() => AdminUserResult, {
    description:
      'Mails the user the code and the link that verify the address again. CONFLICT if it is verified already, RATE_LIMITED during the cool-down.',
  })
  async adminResendVerification(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), adminResendVerification);
  }

  @Mutation(() => AdminUserResult, {
    description:
      'Mails the user the code and the link of a password reset, or an invited person the invitation again. CONFLICT for a disabled account, RATE_LIMITED during the cool-down.',
  })
  async adminSendPasswordReset(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), sendPasswordReset);
  }

  @Mutation(() => AdminUserResult, {
    description:
      'Requires a new password: the current one only permits a reset, every session ends, and the user is mailed a link. CONFLICT if one is required already.',
  })
  async adminRequirePasswordChange(
    @Arg('input', () => AdminUserInput, { description: 'The account and the reason.' }) input: AdminUserInput,
    @Ctx() context: Context,
  ) {
    return await act(context, parseInput(adminInputs.onUser, input), requireNewPassword);
  }

  @Mutation(() => AdminUserResult, {
    description: 'Ends one session.',
  })
  async adminEndSession(
    @Arg('input', () => AdminEndSessionInput, { description: 'The session and the reason.' })
    input: AdminEndSessionInput,
    @Ctx() context: Context,
  ) {
    const { sessionId, ...why } = parseInput(adminInputs.endSession, input);
    if (!isUuid(sessionId)) return problem('NOT_FOUND');
    return await actedOn(
      context,
      await asStaff(context, why, (by) => endSession(context, by, sessionId.toLowerCase())),
    );
  }

  @Mutation(() => AdminUserResult, {
    description:
      'Creates an account and mails its owner a link that sets the first password. CONFLICT if the address has an account.',
  })
  async adminInviteUser(
    @Arg('input', () => AdminInviteUserInput, { description: 'The person and the reason.' })
    input: AdminInviteUserInput,
    @Ctx() context: Context,
  ) {
    const { reason, ticket, email, ...chosen } = parseInput(adminInputs.inviteUser, input);
    const { displayName = null, role = null, locale = null } = chosen;
    const invitation = { email, displayName, role, locale };
    return await actedOn(
      context,
      await asStaff(context, { reason, ticket }, (by) => inviteUser(context, by, invitation)),
    );
  }

  @Mutation(() => AdminDeleteUserResult, {
    description: 'Deletes an account with its data; this cannot be undone. CONFLICT for the last admin.',
  })
  async adminDeleteUser(
    @Arg('input', () => AdminDeleteUserInput, { description: 'The account, its address and the reason.' })
    input: AdminDeleteUserInput,
    @Ctx() context: Context,
  ) {
    const { userId, email, ...why } = parseInput(adminInputs.deleteUser, input);
    if (!isUuid(userId)) return problem('NOT_FOUND');
    const account = { id: userId.toLowerCase() };
    const outcome = await asStaff(context, why, (by) => deleteUser(context, by, account, email));
    if (isProblem(outcome)) return outcome;
    return Object.assign(new AdminUserDeleted(), { userId: outcome.userId, endedSessions: outcome.endedSessions });
  }
}
