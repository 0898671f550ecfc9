import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { isProblem, problem } from '../problems.js';
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
import { changePassword } from '../services/passwords/change-password.js';
import { requestPasswordReset } from '../services/passwords/request-reset.js';
import { resetPassword } from '../services/passwords/reset-password.js';
import { verifyPasswordResetCode } from '../services/passwords/verify-reset-code.js';
import { inputRules, parseInput } from './inputs.js';
import { deliveryOf, toMailAccepted, toTokens } from './to-graphql.js';

@Resolver()
export class PasswordResolver {
  @Mutation(() => RequestPasswordResetResult, {
    description:
      'Mails a code and a link that reset the password. The same answer for every address. 5 an hour for each client and address.',
  })
  async requestPasswordReset(
    @Arg('input', () => RequestPasswordResetInput, { description: 'The address.' }) input: RequestPasswordResetInput,
    @Ctx() context: Context,
  ) {
    return toMailAccepted(await requestPasswordReset(context, parseInput(inputRules.requestPasswordReset, input)));
  }

  @Mutation(() => VerifyPasswordResetCodeResult, {
    description:
      'Takes the mailed code for a ticket that sets a new password. 10 an hour for each client, 20 a day for each address.',
  })
  async verifyPasswordResetCode(
    @Arg('input', () => VerifyPasswordResetCodeInput, { description: 'The address and its code.' })
    input: VerifyPasswordResetCodeInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyPasswordResetCode(context, parseInput(inputRules.verifyPasswordResetCode, input));
    if (isProblem(outcome)) return outcome;
    const { resetToken, expiresAt } = outcome;
    return Object.assign(new PasswordResetTicket(), { resetToken, expiresAt });
  }

  @Mutation(() => ResetPasswordResult, {
    description:
      'Sets a new password by a mailed link or a ticket. Every session ends, locks are lifted, nobody is signed in, and the second factor stays on. A refused password leaves the token as it is. 10 an hour for each client.',
  })
  async resetPassword(
    @Arg('input', () => ResetPasswordInput, { description: 'The token and the new password.' })
    input: ResetPasswordInput,
    @Ctx() context: Context,
  ) {
    const outcome = await resetPassword(context, parseInput(inputRules.resetPassword, input));
    if (isProblem(outcome)) return outcome;
    return Object.assign(new PasswordResetSuccess(), { endedSessions: outcome.endedSessions });
  }

  @Mutation(() => ChangePasswordResult, {
    description:
      'Changes the password of whoever is signed in and knows the present one. Where the second factor is on, a code is needed once the last proof is older than `REAUTHENTICATION_TTL`. The other sessions end, and the present one goes on with new tokens. 10 an hour for each user.',
  })
  async changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The present password and the new one.' })
    input: ChangePasswordInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId, authenticatedAt } = context.actor;
    const { code = null, ...passwords } = parseInput(inputRules.changePassword, input);
    const delivery = deliveryOf(context);
    const outcome = await changePassword(context, { userId, sessionId, authenticatedAt, code, ...passwords });
    if (isProblem(outcome)) return outcome;
    const tokens = toTokens(outcome.tokens, delivery, context);
    return Object.assign(new PasswordChanged(), { endedSessions: outcome.endedSessions, tokens });
  }
}
