import { Field, Int, ObjectType } from 'type-graphql';
import type { ProblemCode } from '../../problems.js';
import { AuthProblemCode } from '../problems.js';

@ObjectType({ description: 'What happened on one day (UTC).' })
export class AdminOverviewDay {
  @Field(() => String, { description: 'The day, as `YYYY-MM-DD`.' })
  day!: string;

  @Field(() => Int, { description: 'Completed sign-ins.' })
  signIns!: number;

  @Field(() => Int, { description: 'Rejected sign-ins.' })
  refusedSignIns!: number;

  @Field(() => Int, { description: 'Sign-ups, with or without a verified address.' })
  signUps!: number;

  @Field(() => Int, { description: 'Verified addresses.' })
  verifications!: number;

  @Field(() => Int, { description: 'Completed password resets.' })
  passwordResets!: number;
}

@ObjectType({ description: 'Number of sign-ins that were rejected for one reason.' })
export class AdminRefusalCount {
  @Field(() => AuthProblemCode, {
    description: 'The reason. PASSWORD_REJECTED stands for sign-ins that returned `PasswordChangeRequired`.',
  })
  code!: ProblemCode;

  @Field(() => Int, { description: 'Number of rejected sign-ins.' })
  count!: number;
}

@ObjectType({
  description:
    'Statistics of the gateway. In a large database, the numbers of accounts and sessions may be up to an hour old; counts of events are always current.',
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

  @Field(() => Int, { description: 'Completed sign-ins of the last 24 hours.' })
  signIns24Hours!: number;

  @Field(() => Int, { description: 'Rejected sign-ins of the last 24 hours.' })
  refusedSignIns24Hours!: number;

  @Field(() => Int, { description: 'Accounts with a second factor.' })
  twoFactorUsers!: number;

  @Field(() => Int, { description: 'Accounts with the role `admin`.' })
  admins!: number;

  @Field(() => Int, { description: 'Admins with a second factor.' })
  adminsWithTwoFactor!: number;

  @Field(() => Int, { description: 'Emails that are waiting to be sent.' })
  mailsWaiting!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Age of the oldest waiting email, in seconds; null if none is waiting.',
  })
  oldestMailWaitingSeconds!: number | null;

  @Field(() => [AdminOverviewDay], { description: 'Statistics of each day, oldest first. The last day is today.' })
  days!: AdminOverviewDay[];

  @Field(() => [AdminRefusalCount], { description: 'Rejected sign-ins of these days by reason, most frequent first.' })
  refusals!: AdminRefusalCount[];
}
