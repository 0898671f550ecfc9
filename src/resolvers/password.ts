import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { parseInput } from '../inputs/parse.js';
import { passwordInputs } from '../inputs/password.js';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
import {
  ChangePasswordInput,
  ChangePasswordResult,
  PasswordChanged,
  PasswordResetSuccess,
  PasswordResetTicket,
  RequestPasswordResetInput,
  RequestPasswordResetResult,
  ResetPasswordInput,
  ResetPasswordResult,
  VerifyPasswordResetCodeInput,
  VerifyPasswordResetCodeResult,
} from '../schema/password.js';
import { changePassword } from '../services/accounts/change-password.js';
import { requestPasswordReset } from '../services/passwords/request-reset.js';
import { resetPassword } from '../services/passwords/reset-password.js';
import { verifyPasswordResetCode } from '../services/passwords/verify-reset-code.js';
import { toMailAccepted } from './mapping/account.js';
import { toSession } from './mapping/session.js';
import { toUser } from './mapping/user.js';
import { currentDelivery, deliverTokens } from './token-delivery.js';

@Resolver()
export class PasswordResolver {
  @Mutation(() => RequestPasswordResetResult, {
    description: 'Sends a code and a link for resetting the password. The response is the same for every address.',
  })
  async requestPasswordReset(
    @Arg('input', () => RequestPasswordResetInput, { description: 'The address.' }) input: RequestPasswordResetInput,
    @Ctx() context: Context,
  ) {
    return toMailAccepted(await requestPasswordReset(context, parseInput(passwordInputs.requestPasswordReset, input)));
  }

  @Mutation(() => VerifyPasswordResetCodeResult, {
    description: 'Exchanges the emailed code for a token that sets a new password.',
  })
  async verifyPasswordResetCode(
    @Arg('input', () => VerifyPasswordResetCodeInput, { description: 'The address and the code sent to it.' })
    input: VerifyPasswordResetCodeInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyPasswordResetCode(context, parseInput(passwordInputs.verifyPasswordResetCode, input));
    if (isProblem(outcome)) return outcome;
    const { resetToken, expiresAt } = outcome;
    return Object.assign(new PasswordResetTicket(), { resetToken, expiresAt });
  }

  @Mutation(() => ResetPasswordResult, {
    description:
      'Sets a new password with the token of an emailed link or of `verifyPasswordResetCode`. Every session ends, locks are lifted, nobody is signed in, and the second factor stays on. A rejected password does not use up the token.',
  })
  async resetPassword(
    @Arg('input', () => ResetPasswordInput, { description: 'The token and the new password.' })
    input: ResetPasswordInput,
    @Ctx() context: Context,
  ) {
    const outcome = await resetPassword(context, parseInput(passwordInputs.resetPassword, input));
    if (isProblem(outcome)) return outcome;
    return Object.assign(new PasswordResetSuccess(), { endedSessions: outcome.endedSessions });
  }

  @Mutation(() => ChangePasswordResult, {
    description:
      "Changes the signed-in user's password; requires the current one. If the second factor is on, a code is also required once its last verification is older than `REAUTHENTICATION_TTL`. The other sessions end, and the current one continues with new tokens.",
  })
  async changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The current password and the new one.' })
    input: ChangePasswordInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId, authenticatedAt } = context.actor;
    const { code = null, ...passwords } = parseInput(passwordInputs.changePassword, input);
    const delivery = currentDelivery(context);
    const outcome = await changePassword(context, { userId, sessionId, authenticatedAt, code, ...passwords });
    if (isProblem(outcome)) return outcome;
    const { session, user, tokens } = outcome.started;
    return Object.assign(new PasswordChanged(), {
      endedSessions: outcome.endedSessions,
      tokens: deliverTokens(tokens, delivery, context),
      session: toSession(session, session.id),
      user: toUser(user, 'full'),
    });
  }
}
