import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { FactorsInput } from './factors.js';
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
  PasswordRejectedProblem,
  TokenProblem,
} from './problems.js';
import { PasswordChangeRequired } from './sign-in.js';
import { User } from './user.js';

@InputType({ description: 'Details of the new account.' })
export class SignupInput {
  @Field(() => String, { description: 'Address for sign-in and email; trimmed and lower-cased.' })
  email!: string;

  @Field(() => String, { description: 'A password that meets the rules in `authConfig`.' })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Alternative sign-in name: 3 to 32 letters, digits, `_`, `-` or `.`.',
  })
  username?: string | null;

  @Field(() => String, { nullable: true, description: 'Name shown to others, up to 100 characters.' })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'One of `signupRoles` in `authConfig`; the default role if omitted.',
  })
  role?: string | null;

  @Field(() => String, { nullable: true, description: 'Language of emails (BCP 47), such as `en` or `de-AT`.' })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: 'Time zone (IANA name), such as `Europe/Vienna`.' })
  timezone?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the terms are accepted; the time is recorded.' })
  termsAccepted!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the privacy policy is accepted; the time is recorded.',
  })
  privacyPolicyAccepted!: boolean;
}

@ObjectType({ description: 'The sign-up is accepted. The response is the same for new and for registered addresses.' })
export class SignupAccepted {
  @Field(() => String, { description: 'The address as stored.' })
  email!: string;

  @Field(() => AuthMailStatus, { description: 'Delivery status of the email.' })
  mailStatus!: keyof typeof AuthMailStatus;

  @Field(() => GraphQLDateTime, { description: 'When the code expires.' })
  codeExpiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When a new code can be requested.' })
  resendAvailableAt!: Date;
}

@InputType({ description: 'The code sent to an address.' })
export class VerifyEmailInput {
  @Field(() => String, { description: 'The address.' })
  email!: string;

  @Field(() => String, { description: 'The six digits.' })
  code!: string;
}

@InputType({ description: 'The token from an emailed link.' })
export class VerifyEmailWithTokenInput {
  @Field(() => String, { description: 'The text after `#token=` in the link.' })
  token!: string;
}

@ObjectType({ description: 'The address is verified.' })
export class EmailVerified {
  @Field(() => User, { description: 'The owner of the address.' })
  user!: User;

  @Field(() => String, { description: 'Token for `exchangeToken`; valid for one session.' })
  exchangeToken!: string;

  @Field(() => GraphQLDateTime, { description: 'When the exchange token expires.' })
  exchangeTokenExpiresAt!: Date;

  @Field(() => PasswordChangeRequired, {
    nullable: true,
    description:
      'Set if two different passwords were chosen before the address was verified: neither is valid, and this token sets a new one. Null otherwise.',
  })
  passwordChangeRequired!: PasswordChangeRequired | null;
}

@InputType({ description: 'Requests a new verification code.' })
export class ResendVerificationInput {
  @Field(() => String, { description: 'The address.' })
  email!: string;
}

@InputType({ description: 'Profile fields to update: omitted fields stay unchanged, null clears them.' })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: 'Name shown to others, up to 100 characters.' })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Alternative sign-in name: 3 to 32 letters, digits, `_`, `-` or `.`. Cannot be null if `usernameRequired` in `authConfig` is true.',
  })
  username?: string | null;

  @Field(() => String, { nullable: true, description: 'Language of emails (BCP 47), such as `en` or `de-AT`.' })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: 'Time zone (IANA name), such as `Europe/Vienna`.' })
  timezone?: string | null;
}

@ObjectType({ description: 'The profile is updated.' })
export class ProfileUpdated {
  @Field(() => User, { description: 'The updated user.' })
  user!: User;
}

@InputType({ description: 'Credentials for deleting the account.' })
export class DeleteAccountInput extends FactorsInput {}

@ObjectType({ description: "The account and its owner's data are deleted. All of its sessions have ended." })
export class AccountDeleted {
  @Field(() => ID, { description: 'The id of the deleted account; never reused.' })
  userId!: string;
}

export const SignupResult = createUnionType({
  name: 'SignupResult',
  description: 'Result of `signup`.',
  types: () =>
    [
      SignupAccepted,
      AuthInputProblem,
      PasswordRejectedProblem,
      IdentifierTakenProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const VerifyEmailResult = createUnionType({
  name: 'VerifyEmailResult',
  description: 'Result of `verifyEmail` and `verifyEmailWithToken`.',
  types: () =>
    [EmailVerified, CodeProblem, TokenProblem, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const ResendVerificationResult = createUnionType({
  name: 'ResendVerificationResult',
  description: 'Result of `resendVerification`.',
  types: () => [MailAccepted, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const UpdateProfileResult = createUnionType({
  name: 'UpdateProfileResult',
  description: 'Result of `updateProfile`.',
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

export const DeleteAccountResult = createUnionType({
  name: 'DeleteAccountResult',
  description: 'Result of `deleteAccount`.',
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
