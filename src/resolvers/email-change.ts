import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { accountInputs } from '../inputs/account.js';
import { parseInput } from '../inputs/parse.js';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
import {
  ConfirmEmailChangeInput,
  ConfirmEmailChangeResult,
  EmailChanged,
  EmailChangeReverted,
  RequestEmailChangeInput,
  RequestEmailChangeResult,
  RevertEmailChangeInput,
  RevertEmailChangeResult,
} from '../schema/email-change.js';
import { confirmEmailChange } from '../services/accounts/confirm-email-change.js';
import { requestEmailChange } from '../services/accounts/request-email-change.js';
import { revertEmailChange } from '../services/accounts/revert-email-change.js';
import { toMailAccepted } from './mapping/account.js';
import { toUser } from './mapping/user.js';

@Resolver()
export class EmailChangeResolver {
  @Mutation(() => RequestEmailChangeResult, {
    description:
      "Sends a code to the account's new address. Requires a recent sign-in, and the password unless it was verified within the last minute. Never reveals whether the address has an account.",
  })
  async requestEmailChange(
    @Arg('input', () => RequestEmailChangeInput, { description: 'The new address.' }) input: RequestEmailChangeInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { newEmail, password = null } = parseInput(accountInputs.requestEmailChange, input);
    const outcome = await requestEmailChange(context, { ...actor, newEmail, password });
    return isProblem(outcome) ? outcome : toMailAccepted(outcome);
  }

  @Mutation(() => ConfirmEmailChangeResult, {
    description:
      "Changes the account's address, using the code sent to the new one. All other sessions end, and the old address receives a revert link.",
  })
  async confirmEmailChange(
    @Arg('input', () => ConfirmEmailChangeInput, { description: 'The code.' }) input: ConfirmEmailChangeInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { code } = parseInput(accountInputs.confirmEmailChange, input);
    const { userId, sessionId } = actor;
    const outcome = await confirmEmailChange(context, { userId, sessionId, code });
    if (isProblem(outcome)) return outcome;
    const { user, endedSessions } = outcome;
    return Object.assign(new EmailChanged(), { user: toUser(user, 'full'), endedSessions });
  }

  @Mutation(() => RevertEmailChangeResult, {
    description:
      "Restores the account's previous address, using the revert link sent there. All sessions end, and a password reset is sent.",
  })
  async revertEmailChange(
    @Arg('input', () => RevertEmailChangeInput, { description: 'The token from the link.' })
    input: RevertEmailChangeInput,
    @Ctx() context: Context,
  ) {
    const outcome = await revertEmailChange(context, parseInput(accountInputs.revertEmailChange, input));
    if (isProblem(outcome)) return outcome;
    const { email, mailStatus } = outcome;
    return Object.assign(new EmailChangeReverted(), { email, mailStatus });
  }
}
