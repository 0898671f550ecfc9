import { Field, Int, ObjectType } from 'type-graphql';
import type { ProblemCode } from '../../problems.js';
import { AuthProblemCode } from '../problems.js';

@ObjectType({ description: 'What happened on one day (UTC).' })
export class AdminOverviewDay {
  @Field(() => String, { description: 'The day, as `YYYY-MM-DD`.' })
  day!: string;

  @Field(() => Int, { description: 'Completed sign-ins.' })
  signIns!: number;

  @Field(() => Int, { description: 'Refused sign-ins.' })
  refusedSignIns!: number;

  @Field(() => Int, { description: 'Sign-ups, with or without a verified address.' })
  signUps!: number;

  @Field(() => Int, { description: 'Verified addresses.' })
  verifications!: number;

  @Field(() => Int, { description: 'Completed password resets.' })
  passwordResets!: number;
}

@ObjectType({ description: 'How often sign-ins were refused for one reason.' })
export class AdminRefusalCount {
  @Field(() => AuthProblemCode, {
    description: 'The reason. PASSWORD_REJECTED counts sign-ins whose password permits only a reset.',
  })
  code!: ProblemCode;

  @Field(() => Int, { description: 'Number of refusals.' })
  count!: number;
}

@ObjectType({
  description:
    'How the gateway is doing. In a large database, numbers of accounts and sessions may be an hour old; counts of events are always current.',
})
export class AdminOverview {
  @Field(() => Int, { description: 'Number of accounts.' })
  users!: number;

  @Field(() => Int, { description: 'Accounts with a verified address.' })
  verifiedUsers!: number;

  @Field(() => Int, { description: 'Accounts created in the last seven days.' })
  newUsers!: number;

  @Field(() => Int, { description: 'Users with a session that was used today (UTC).' })
  activeUsersToday!: number;

  @Field(() => Int, { description: 'Users with a session that was used in the last 30 days.' })
  activeUsers30Days!: number;

  @Field(() => Int, { description: 'Active sessions.' })
  liveSessions!: number;

  @Field(() => Int, {
    description: 'Sign-in names, devices and codes that are locked now, with or without an account.',
  })
  lockedNow!: number;

  @Field(() => Int, { description: 'Accounts with a second factor.' })
  twoFactorUsers!: number;

  @Field(() => Int, { description: 'Accounts with the role `admin`.' })
  admins!: number;

  @Field(() => Int, { description: 'Those of them with a second factor.' })
  adminsWithTwoFactor!: number;

  @Field(() => Int, { description: 'Emails that are waiting to be sent.' })
  mailsWaiting!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Seconds since the oldest of them was written; null if none waits.',
  })
  oldestMailWaitingSeconds!: number | null;

  @Field(() => [AdminOverviewDay], { description: 'Each day, oldest first. The last one is today.' })
  days!: AdminOverviewDay[];

  @Field(() => [AdminRefusalCount], { description: 'Refused sign-ins of these days by reason, most frequent first.' })
  refusals!: AdminRefusalCount[];
}
