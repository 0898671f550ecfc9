import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { AuthMailStatus, MailAccepted } from './account.js';
import { FactorsInput } from './factors.js';
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

@InputType({ description: 'What a user changes of their profile: what is absent stays as it is, null clears it.' })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: 'The name to show to others, up to 100 characters.' })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Second name for sign-in: 3 to 32 letters, digits, `_`, `-` or `.`; not null where `usernameRequired` in `authConfig` says so.',
  })
  username?: string | null;

  @Field(() => String, { nullable: true, description: 'Language for mails (BCP 47), such as `en` or `de-AT`.' })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: 'Time zone (IANA name), such as `Europe/Vienna`.' })
  timezone?: string | null;
}

@ObjectType({ description: 'The profile is as it was asked for.' })
export class ProfileUpdated {
  @Field(() => User, { description: 'The user as they are now.' })
  user!: User;
}

@InputType({ description: 'Asks to move the account to another address.' })
export class RequestEmailChangeInput {
  @Field(() => String, { description: 'The new address; trimmed and lower-cased.' })
  newEmail!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The password; needed unless the sign-in by password is less than a minute old.',
  })
  password?: string | null;
}

@InputType({ description: 'The code that was mailed to the new address.' })
export class ConfirmEmailChangeInput {
  @Field(() => String, { description: 'The six digits.' })
  code!: string;
}

@ObjectType({ description: 'The account has its new address.' })
export class EmailChanged {
  @Field(() => User, { description: 'The user as they are now.' })
  user!: User;

  @Field(() => Int, { description: 'How many other sessions ended.' })
  endedSessions!: number;
}

@InputType({ description: 'The token of the link that was mailed to the old address.' })
export class RevertEmailChangeInput {
  @Field(() => String, { description: 'What follows `#token=` in the link.' })
  token!: string;
}

@ObjectType({
  description: 'The account has its old address again. All of its sessions ended, and its password waits to be reset.',
})
export class EmailChangeReverted {
  @Field(() => String, { description: 'The address as it is kept.' })
  email!: string;

  @Field(() => AuthMailStatus, { description: 'What became of the mail that resets the password.' })
  mailStatus!: keyof typeof AuthMailStatus;
}

@InputType({ description: 'Proves who deletes the account.' })
export class DeleteAccountInput extends FactorsInput {}

@ObjectType({ description: 'The account is gone, with all that was known of its owner. All of its sessions ended.' })
export class AccountDeleted {
  @Field(() => ID, { description: 'The id that it had; nobody gets it again.' })
  userId!: string;
}

export const UpdateProfileResult = createUnionType({
  name: 'UpdateProfileResult',
  description: 'What a change of the profile comes to.',
  types: () =>
    [
      ProfileUpdated,
      IdentifierTakenProblem,
      AuthInputProblem,
      AuthAccessProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const RequestEmailChangeResult = createUnionType({
  name: 'RequestEmailChangeResult',
  description: 'What a request for another address comes to.',
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
  description: 'What the code of a new address comes to.',
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
  description: 'What taking the account back comes to.',
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

export const DeleteAccountResult = createUnionType({
  name: 'DeleteAccountResult',
  description: 'What deleting the account comes to.',
  types: () =>
    [
      AccountDeleted,
      InvalidCredentialsProblem,
      CodeProblem,
      AccountLockedProblem,
      AuthAccessProblem,
      AuthConflictProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
