import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import {
  AuthAccessProblem,
  AuthConflictProblem,
  AuthInputProblem,
  AuthNotFoundProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
} from '../problems.js';
import { AdminUserInput, ReasonInput } from './acts.js';

@InputType({ description: 'One session to end.' })
export class AdminEndSessionInput extends ReasonInput {
  @Field(() => ID, { description: 'Identifier of the session.' })
  sessionId!: string;
}

@InputType({ description: 'A person to invite.' })
export class AdminInviteUserInput extends ReasonInput {
  @Field(() => String, { description: 'Address of the new account.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'Name shown to others.' })
  displayName?: string | null;

  @Field(() => String, { nullable: true, description: 'Role of the new account; the default role if omitted.' })
  role?: string | null;

  @Field(() => String, { nullable: true, description: 'Language of emails (BCP 47).' })
  locale?: string | null;
}

@InputType({ description: 'An account to delete.' })
export class AdminDeleteUserInput extends AdminUserInput {
  @Field(() => String, { description: 'The address of the account, typed again.' })
  email!: string;
}

@ObjectType({ description: 'The account is deleted.' })
export class AdminUserDeleted {
  @Field(() => ID, { description: 'Identifier that the account had.' })
  userId!: string;

  @Field(() => Int, { description: 'Number of sessions that the operation ended.' })
  endedSessions!: number;
}

export const AdminDeleteUserResult = createUnionType({
  name: 'AdminDeleteUserResult',
  description: 'Result of `adminDeleteUser`.',
  types: () =>
    [
      AdminUserDeleted,
      AuthInputProblem,
      AuthAccessProblem,
      AuthNotFoundProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
