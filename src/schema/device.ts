import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { AuthMailStatus } from './account.js';
import { AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem, TokenProblem } from './problems.js';

@InputType({ description: 'The token of the link in a mail about a new sign-in.' })
export class ReportSessionInput {
  @Field(() => String, { description: 'What follows `#token=` in the link.' })
  token!: string;
}

@ObjectType({
  description: 'Nobody is signed in any more, the password opens nothing, and a reset is mailed to the owner.',
})
export class SessionReported {
  @Field(() => ID, { description: 'The session that was reported.' })
  sessionId!: string;

  @Field(() => Int, { description: 'How many sessions ended with it, itself included.' })
  endedSessions!: number;

  @Field(() => AuthMailStatus, { description: 'What became of the mail with the reset.' })
  mailStatus!: keyof typeof AuthMailStatus;
}

export const ReportSessionResult = createUnionType({
  name: 'ReportSessionResult',
  description: 'What a report comes to.',
  types: () => [SessionReported, TokenProblem, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});
