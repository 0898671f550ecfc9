import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { inputRules, parseInput } from '../inputs/rules.js';
import { isProblem } from '../problems.js';
import type { Context } from '../request.js';
import { ReportSessionInput, ReportSessionResult, SessionReported } from '../schema/device.js';
import { reportSession } from '../services/sign-in/report-session.js';

@Resolver()
export class DeviceResolver {
  @Mutation(() => ReportSessionResult, {
    description:
      'Reports a sign-in the user does not recognise, using the token from the new-device email: every session ends, the password stops working, and a password reset is sent. Limit: 10 per hour per client.',
  })
  async reportSession(
    @Arg('input', () => ReportSessionInput, { description: 'The token from the link.' }) input: ReportSessionInput,
    @Ctx() context: Context,
  ) {
    const outcome = await reportSession(context, parseInput(inputRules.reportSession, input));
    if (isProblem(outcome)) return outcome;
    const { kind: _kind, ...reported } = outcome;
    return Object.assign(new SessionReported(), reported);
  }
}
