import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { AuthMailStatus } from '../mail.js';
import {
  AuthAccessProblem,
  AuthConflictProblem,
  AuthInputProblem,
  AuthNotFoundProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  describedEnum,
} from '../problems.js';
import { AdminUser } from './user.js';

export const AdminReason = describedEnum('AdminReason', 'Why an admin acts; recorded in the audit log.', {
  SUPPORT_REQUEST: 'The user asked for help.',
  ABUSE: 'The account was used abusively.',
  INCIDENT: 'A security incident.',
  LEGAL: 'A legal obligation.',
  OTHER: 'Anything else.',
});

/** The fields of every act: why it happens. */
@InputType()
export abstract class ReasonInput {
  @Field(() => AdminReason, { description: 'Why the operation is necessary.' })
  reason!: keyof typeof AdminReason;

  @Field(() => String, {
    nullable: true,
    description: 'Ticket number: 1 to 32 letters, digits and hyphens.',
  })
  ticket?: string | null;
}

@InputType({ description: 'The account that an admin operation applies to, and the reason.' })
export class AdminUserInput extends ReasonInput {
  @Field(() => ID, { description: 'Identifier of the account.' })
  userId!: string;
}

@InputType({ description: 'A new role for one account.' })
export class AdminSetUserRoleInput extends AdminUserInput {
  @Field(() => String, { description: 'The new role: a letter, then up to 31 lower-case letters, digits, `_` or `-`.' })
  role!: string;
}

@ObjectType({ description: 'The operation succeeded.' })
export class AdminUserUpdated {
  @Field(() => AdminUser, { description: 'The account after the operation.' })
  user!: AdminUser;

  @Field(() => Int, { description: 'Number of sessions that the operation ended.' })
  endedSessions!: number;

  @Field(() => AuthMailStatus, {
    nullable: true,
    description: 'Delivery status of the email that the user needs; null if the operation sends none.',
  })
  mailStatus!: keyof typeof AuthMailStatus | null;
}

export const AdminUserResult = createUnionType({
  name: 'AdminUserResult',
  description: 'Result of an admin operation on an account.',
  types: () =>
    [
      AdminUserUpdated,
      AuthInputProblem,
      AuthAccessProblem,
      AuthNotFoundProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
