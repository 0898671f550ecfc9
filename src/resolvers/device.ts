import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { isProblem } from '../problems.js';
import { ReportSessionInput, ReportSessionResult, SessionReported } from '../schema/device.js';
import { reportSession } from '../services/sessions/report-session.js';
import { inputRules, parseInput } from './inputs.js';

@Resolver()
export class DeviceResolver {
  @Mutation(() => ReportSessionResult, {
    description:
      'Says that a sign-in was not the own one, by the token of the link in the mail about it: every session ends, the password opens nothing any more, and a reset is mailed. 10 an hour for each client.',
  })
  async reportSession(
    @Arg('input', () => ReportSessionInput, { description: 'The token of the link.' }) input: ReportSessionInput,
    @Ctx() context: Context,
  ) {
    const outcome = await reportSession(context, parseInput(inputRules.reportSession, input));
    if (isProblem(outcome)) return outcome;
    const { kind: _kind, ...reported } = outcome;
    return Object.assign(new SessionReported(), reported);
  }
}
