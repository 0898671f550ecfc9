import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { isProblem, problem } from '../problems.js';
import {
  ConfirmTotpInput,
  ConfirmTotpResult,
  DisableTotpInput,
  DisableTotpResult,
  EnrolTotpInput,
  EnrolTotpResult,
  RegenerateRecoveryCodesInput,
  RegenerateRecoveryCodesResult,
  TwoFactorDisabled,
} from '../schema/two-factor.js';
import { confirmTotp } from '../services/two-factor/confirm-totp.js';
import { disableTotp } from '../services/two-factor/disable-totp.js';
import { enrolTotp } from '../services/two-factor/enrol-totp.js';
import { regenerateRecoveryCodes } from '../services/two-factor/regenerate-recovery-codes.js';
import { inputRules, parseInput } from './inputs.js';
import { toRecoveryCodes, toTotpEnrolment, toUser } from './to-graphql.js';

@Resolver()
export class TwoFactorResolver {
  @Mutation(() => EnrolTotpResult, {
    description:
      'Begins an authenticator app; nothing changes until `confirmTotp`. Needs a recent sign-in, and the password unless it was given within the last minute. 10 an hour for each user.',
  })
  async enrolTotp(
    @Arg('input', () => EnrolTotpInput, { nullable: true, description: 'The password.' }) input: EnrolTotpInput | null,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { password = null } = parseInput(inputRules.enrolTotp, input ?? {});
    const outcome = await enrolTotp(context, { ...context.actor, password });
    return isProblem(outcome) ? outcome : toTotpEnrolment(outcome);
  }

  @Mutation(() => ConfirmTotpResult, {
    description:
      'Switches the second factor on by a first code of the app, and gives the recovery codes. The other sessions end; refresh for a token that knows of it. 20 an hour for each user.',
  })
  async confirmTotp(
    @Arg('input', () => ConfirmTotpInput, { description: 'The code of the app.' }) input: ConfirmTotpInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId } = context.actor;
    const { code } = parseInput(inputRules.confirmTotp, input);
    const outcome = await confirmTotp(context, { userId, sessionId, code });
    return isProblem(outcome) ? outcome : toRecoveryCodes(outcome);
  }

  @Mutation(() => DisableTotpResult, {
    description:
      'Switches the second factor off. Needs a recent sign-in and both factors. The other sessions end. 10 an hour for each user.',
  })
  async disableTotp(
    @Arg('input', () => DisableTotpInput, { description: 'Both factors.' }) input: DisableTotpInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId, authenticatedAt } = context.actor;
    const factors = parseInput(inputRules.bothFactors, input);
    const outcome = await disableTotp(context, { userId, sessionId, authenticatedAt, ...factors });
    return isProblem(outcome)
      ? outcome
      : Object.assign(new TwoFactorDisabled(), { user: toUser(outcome.user, 'full') });
  }

  @Mutation(() => RegenerateRecoveryCodesResult, {
    description: 'Gives new recovery codes in place of the old ones. Needs both factors. 10 an hour for each user.',
  })
  async regenerateRecoveryCodes(
    @Arg('input', () => RegenerateRecoveryCodesInput, { description: 'Both factors.' })
    input: RegenerateRecoveryCodesInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId } = context.actor;
    const outcome = await regenerateRecoveryCodes(context, { userId, ...parseInput(inputRules.bothFactors, input) });
    return isProblem(outcome) ? outcome : toRecoveryCodes(outcome);
  }
}
