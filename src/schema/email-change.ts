import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { AuthMailStatus, MailAccepted } from './mail.js';
import {
  AccountLockedProblem,
  AuthAccessProblem,
  AuthConflictProblem,
  AuthInputProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  CodeProblem,
  IdentifierTakenProblem,
  InvalidCredentialsProblem,
  TokenProblem,
} from './problems.js';
import { User } from './user.js';

@InputType({ description: "Requests a change of the account's address." })
export class RequestEmailChangeInput {
  @Field(() => String, { description: 'The new address; trimmed and lower-cased.' })
  newEmail!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The password; required unless it was verified within the last minute.',
  })
  password?: string | null;
}

@InputType({ description: 'The code sent to the new address.' })
export class ConfirmEmailChangeInput {
  @Field(() => String, { description: 'The six digits.' })
  code!: string;
}

@ObjectType({ description: "The account's address is changed." })
export class EmailChanged {
  @Field(() => User, { description: 'The updated user.' })
  user!: User;

  @Field(() => Int, { description: 'Number of other sessions that ended.' })
  endedSessions!: number;
}

@InputType({ description: 'The token from the revert link sent to the old address.' })
export class RevertEmailChangeInput {
  @Field(() => String, { description: 'The text after `#token=` in the link.' })
  token!: string;
}

@ObjectType({
  description:
    "The account's previous address is restored. All of its sessions have ended, and its password must be reset.",
})
export class EmailChangeReverted {
  @Field(() => String, { description: 'The address as stored.' })
  email!: string;

  @Field(() => AuthMailStatus, { description: 'Delivery status of the password-reset email.' })
  mailStatus!: keyof typeof AuthMailStatus;
}

export const RequestEmailChangeResult = createUnionType({
  name: 'RequestEmailChangeResult',
  description: 'Result of `requestEmailChange`.',
  types: () =>
    [
      MailAccepted,
      IdentifierTakenProblem,
      InvalidCredentialsProblem,
      AccountLockedProblem,
      AuthInputProblem,
      AuthAccessProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const ConfirmEmailChangeResult = createUnionType({
  name: 'ConfirmEmailChangeResult',
  description: 'Result of `confirmEmailChange`.',
  types: () =>
    [
      EmailChanged,
      CodeProblem,
      AuthInputProblem,
      AuthAccessProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const RevertEmailChangeResult = createUnionType({
  name: 'RevertEmailChangeResult',
  description: 'Result of `revertEmailChange`.',
  types: () =>
    [
      EmailChangeReverted,
      TokenProblem,
      AuthInputProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
