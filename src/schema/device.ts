import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { AuthMailStatus } from './account.js';
import { AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem, TokenProblem } from './problems.js';

@InputType({ description: 'The token from the link in a new-device email.' })
export class ReportSessionInput {
  @Field(() => String, { description: 'The text after `#token=` in the link.' })
  token!: string;
}

@ObjectType({
  description: 'Every session has ended, the password no longer works, and the owner receives a password reset.',
})
export class SessionReported {
  @Field(() => ID, { description: 'The reported session.' })
  sessionId!: string;

  @Field(() => Int, { description: 'Number of sessions that ended, including the reported one.' })
  endedSessions!: number;

  @Field(() => AuthMailStatus, { description: 'Delivery status of the password-reset email.' })
  mailStatus!: keyof typeof AuthMailStatus;
}

export const ReportSessionResult = createUnionType({
  name: 'ReportSessionResult',
  description: 'Result of `reportSession`.',
  types: () => [SessionReported, TokenProblem, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});
