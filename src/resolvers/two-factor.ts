import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { parseInput } from '../inputs/parse.js';
import { twoFactorInputs } from '../inputs/two-factor.js';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
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
import { toRecoveryCodes, toTotpEnrolment } from './mapping/two-factor.js';
import { toUser } from './mapping/user.js';

@Resolver()
export class TwoFactorResolver {
  @Mutation(() => EnrolTotpResult, {
    description:
      'Starts TOTP enrolment; nothing changes until `confirmTotp`. Requires a recent sign-in, and the password unless it was verified within the last minute.',
  })
  async enrolTotp(
    @Arg('input', () => EnrolTotpInput, { nullable: true, description: 'The password.' }) input: EnrolTotpInput | null,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { password = null } = parseInput(twoFactorInputs.enrolTotp, input ?? {});
    const outcome = await enrolTotp(context, { ...context.actor, password });
    return isProblem(outcome) ? outcome : toTotpEnrolment(outcome);
  }

  @Mutation(() => ConfirmTotpResult, {
    description:
      'Turns the second factor on with the first code from the authenticator app, and returns the recovery codes. The other sessions end; refresh to get an access token that reflects the change.',
  })
  async confirmTotp(
    @Arg('input', () => ConfirmTotpInput, { description: 'The code from the authenticator app.' })
    input: ConfirmTotpInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId } = context.actor;
    const { code } = parseInput(twoFactorInputs.confirmTotp, input);
    const outcome = await confirmTotp(context, { userId, sessionId, code });
    return isProblem(outcome) ? outcome : toRecoveryCodes(outcome);
  }

  @Mutation(() => DisableTotpResult, {
    description: 'Turns the second factor off. Requires a recent sign-in and both factors. The other sessions end.',
  })
  async disableTotp(
    @Arg('input', () => DisableTotpInput, { description: 'The password and a code.' }) input: DisableTotpInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId } = context.actor;
    const factors = parseInput(twoFactorInputs.disableTotp, input);
    const outcome = await disableTotp(context, { userId, sessionId, ...factors });
    return isProblem(outcome)
      ? outcome
      : Object.assign(new TwoFactorDisabled(), { user: toUser(outcome.user, 'full') });
  }

  @Mutation(() => RegenerateRecoveryCodesResult, {
    description: 'Replaces the recovery codes with new ones. Requires both factors.',
  })
  async regenerateRecoveryCodes(
    @Arg('input', () => RegenerateRecoveryCodesInput, { description: 'The password and a code.' })
    input: RegenerateRecoveryCodesInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId } = context.actor;
    const outcome = await regenerateRecoveryCodes(context, {
      userId,
      ...parseInput(twoFactorInputs.regenerateRecoveryCodes, input),
    });
    return isProblem(outcome) ? outcome : toRecoveryCodes(outcome);
  }
}
