import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { isProblem, problem } from '../problems.js';
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
import { inputRules, parseInput } from './inputs.js';
import { toMailAccepted, toUser } from './to-graphql.js';

@Resolver()
export class ProfileResolver {
  @Mutation(() => UpdateProfileResult, {
    description: 'Changes the own name, username, language or time zone. 30 an hour for each user.',
  })
  async updateProfile(
    @Arg('input', () => UpdateProfileInput, { description: 'What changes.' }) input: UpdateProfileInput,
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
      'Mails a code to the address that the account is to move to; needs a recent sign-in, and the password unless it was given within the last minute. Never tells whether the address has an account. 5 an hour for each user and address.',
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
      'Moves the account to its new address by the code from there. All other sessions end, and the old address gets a link back. 10 an hour and 20 a day for each user.',
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
      'Takes the account back to the address that it had, by the link that was mailed there. All sessions end, and a reset of the password is mailed. 10 an hour for each client.',
  })
  async revertEmailChange(
    @Arg('input', () => RevertEmailChangeInput, { description: 'The token of the link.' })
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
      'Deletes the own account for good; needs a recent sign-in, the password, and a code where the second factor is on. CONFLICT for the last admin. 10 an hour for each user.',
  })
  async deleteAccount(
    @Arg('input', () => DeleteAccountInput, { description: 'The proof.' }) input: DeleteAccountInput,
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
