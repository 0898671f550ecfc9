import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { inputRules, parseInput } from '../inputs/rules.js';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
import {
  AccountDeleted,
  ConfirmEmailChangeInput,
  ConfirmEmailChangeResult,
  DeleteAccountInput,
  DeleteAccountResult,
  EmailChanged,
  EmailChangeReverted,
  ProfileUpdated,
  RequestEmailChangeInput,
  RequestEmailChangeResult,
  RevertEmailChangeInput,
  RevertEmailChangeResult,
  UpdateProfileInput,
  UpdateProfileResult,
} from '../schema/profile.js';
import { confirmEmailChange } from '../services/accounts/confirm-email-change.js';
import { deleteAccount } from '../services/accounts/delete-account.js';
import { requestEmailChange } from '../services/accounts/request-email-change.js';
import { revertEmailChange } from '../services/accounts/revert-email-change.js';
import { updateProfile } from '../services/accounts/update-profile.js';
import { toMailAccepted, toUser } from './mapping/to-graphql.js';

@Resolver()
export class ProfileResolver {
  @Mutation(() => UpdateProfileResult, {
    description: "Updates the signed-in user's name, username, language or time zone. Limit: 30 per hour per user.",
  })
  async updateProfile(
    @Arg('input', () => UpdateProfileInput, { description: 'The fields to update.' }) input: UpdateProfileInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const change = parseInput(inputRules.updateProfile, input);
    const outcome = await updateProfile(context, { userId: actor.userId, change });
    return isProblem(outcome) ? outcome : Object.assign(new ProfileUpdated(), { user: toUser(outcome.user, 'full') });
  }

  @Mutation(() => RequestEmailChangeResult, {
    description:
      "Sends a code to the account's new address. Requires a recent sign-in, and the password unless it was verified within the last minute. Never reveals whether the address has an account. Limit: 5 per hour per user, and the mail budget of the address.",
  })
  async requestEmailChange(
    @Arg('input', () => RequestEmailChangeInput, { description: 'The new address.' }) input: RequestEmailChangeInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { newEmail, password = null } = parseInput(inputRules.requestEmailChange, input);
    const outcome = await requestEmailChange(context, { ...actor, newEmail, password });
    return isProblem(outcome) ? outcome : toMailAccepted(outcome);
  }

  @Mutation(() => ConfirmEmailChangeResult, {
    description:
      "Changes the account's address, using the code sent to the new one. All other sessions end, and the old address receives a revert link. Limit: 10 per hour and 20 per day per user.",
  })
  async confirmEmailChange(
    @Arg('input', () => ConfirmEmailChangeInput, { description: 'The code.' }) input: ConfirmEmailChangeInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { code } = parseInput(inputRules.confirmEmailChange, input);
    const { userId, sessionId } = actor;
    const outcome = await confirmEmailChange(context, { userId, sessionId, code });
    if (isProblem(outcome)) return outcome;
    const { user, endedSessions } = outcome;
    return Object.assign(new EmailChanged(), { user: toUser(user, 'full'), endedSessions });
  }

  @Mutation(() => RevertEmailChangeResult, {
    description:
      "Restores the account's previous address, using the revert link sent there. All sessions end, and a password reset is sent. Limit: 10 per hour per client.",
  })
  async revertEmailChange(
    @Arg('input', () => RevertEmailChangeInput, { description: 'The token from the link.' })
    input: RevertEmailChangeInput,
    @Ctx() context: Context,
  ) {
    const outcome = await revertEmailChange(context, parseInput(inputRules.revertEmailChange, input));
    if (isProblem(outcome)) return outcome;
    const { email, mailStatus } = outcome;
    return Object.assign(new EmailChangeReverted(), { email, mailStatus });
  }

  @Mutation(() => DeleteAccountResult, {
    description:
      "Permanently deletes the signed-in user's account. Requires a recent sign-in, the password, and a code if the second factor is on. CONFLICT for the last admin. Limit: 10 per hour per user.",
  })
  async deleteAccount(
    @Arg('input', () => DeleteAccountInput, { description: "The credentials that confirm the user's identity." })
    input: DeleteAccountInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId, authenticatedAt } = actor;
    const { password, code = null } = parseInput(inputRules.allFactors, input);
    const outcome = await deleteAccount(context, { userId, sessionId, authenticatedAt, password, code });
    if (isProblem(outcome)) return outcome;
    context.refreshCookie.clear();
    return Object.assign(new AccountDeleted(), { userId: outcome.userId });
  }
}
