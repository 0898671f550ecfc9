import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { PasswordChangeRequired } from './login.js';
import {
  AuthInputProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  CodeProblem,
  describedEnum,
  IdentifierTakenProblem,
  PasswordRejectedProblem,
  PasswordRule,
  TokenProblem,
} from './problems.js';
import { User } from './user.js';

export const AuthMailStatus = describedEnum('AuthMailStatus', 'What became of a mail.', {
  QUEUED: 'On its way.',
  DEFERRED: 'Safe, and waiting until the queue or the mail server is back.',
});

@InputType({ description: 'What a new user tells.' })
export class SignupInput {
  @Field(() => String, { description: 'Address for sign-in and mail; trimmed and lower-cased.' })
  email!: string;

  @Field(() => String, { description: 'A password that meets the rules in `authConfig`.' })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Second name for sign-in: 3 to 32 letters, digits, `_`, `-` or `.`.',
  })
  username?: string | null;

  @Field(() => String, { nullable: true, description: 'The name to show to others, up to 100 characters.' })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'One of `signupRoles` in `authConfig`; the default role where absent.',
  })
  role?: string | null;

  @Field(() => String, { nullable: true, description: 'Language for mails (BCP 47), such as `en` or `de-AT`.' })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: 'Time zone (IANA name), such as `Europe/Vienna`.' })
  timezone?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the terms are accepted; the time is kept.' })
  termsAccepted!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the privacy policy is accepted; the time is kept.',
  })
  privacyPolicyAccepted!: boolean;
}

@ObjectType({ description: 'The sign-up was taken in; the same answer for a new and for a taken address.' })
export class SignupAccepted {
  @Field(() => String, { description: 'The address as it is kept.' })
  email!: string;

  @Field(() => AuthMailStatus, { description: 'What became of the mail.' })
  mailStatus!: keyof typeof AuthMailStatus;

  @Field(() => GraphQLDateTime, { description: 'Until when the code works.' })
  codeExpiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'From when a new code can be asked for.' })
  resendAvailableAt!: Date;
}

@InputType({ description: 'The code that was mailed to an address.' })
export class VerifyEmailInput {
  @Field(() => String, { description: 'The address.' })
  email!: string;

  @Field(() => String, { description: 'The six digits.' })
  code!: string;
}

@InputType({ description: 'The token of a mailed link.' })
export class VerifyEmailWithTokenInput {
  @Field(() => String, { description: 'What follows `#token=` in the link.' })
  token!: string;
}

@ObjectType({ description: 'The address is proven.' })
export class EmailVerified {
  @Field(() => User, { description: 'Whose address it is.' })
  user!: User;

  @Field(() => String, { description: 'Makes one session by `exchangeToken`, once.' })
  exchangeToken!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when the exchange token works.' })
  exchangeTokenExpiresAt!: Date;

  @Field(() => PasswordChangeRequired, {
    nullable: true,
    description:
      'Where two passwords were chosen before the address was verified: neither counts, and this sets one. Null elsewhere.',
  })
  passwordChangeRequired!: PasswordChangeRequired | null;
}

@InputType({ description: 'Asks for a new verification code.' })
export class ResendVerificationInput {
  @Field(() => String, { description: 'The address.' })
  email!: string;
}

@ObjectType({ description: 'The request was taken in; the same answer for every address, known or not.' })
export class MailAccepted {
  @Field(() => String, { description: 'The address as it is kept.' })
  email!: string;

  @Field(() => AuthMailStatus, { description: 'What became of the mail.' })
  mailStatus!: keyof typeof AuthMailStatus;

  @Field(() => GraphQLDateTime, { description: 'From when the next one can be asked for.' })
  resendAvailableAt!: Date;
}

@ObjectType({ description: "The gateway's own rules, so that forms need no copy of them." })
export class AuthConfig {
  @Field(() => Int, { description: 'Fewest characters of a password.' })
  passwordMinLength!: number;

  @Field(() => Int, { description: 'Most characters of a password.' })
  passwordMaxLength!: number;

  @Field(() => [PasswordRule], { description: 'The rules that passwords are held to.' })
  passwordRules!: (keyof typeof PasswordRule)[];

  @Field(() => Int, { description: 'Digits of a mailed code.' })
  codeLength!: number;

  @Field(() => [String], { description: 'Roles that a sign-up may choose from.' })
  signupRoles!: string[];

  @Field(() => Boolean, { description: 'Whether a sign-up needs a username.' })
  usernameRequired!: boolean;

  @Field(() => [String], { description: 'Languages that mails are written in.' })
  locales!: string[];

  @Field(() => Boolean, { description: 'Whether a sign-up needs the terms accepted.' })
  termsRequired!: boolean;

  @Field(() => [String], { description: 'Roles that only a session with a second factor holds.' })
  twoFactorRequiredRoles!: string[];
}

export const SignupResult = createUnionType({
  name: 'SignupResult',
  description: 'What a sign-up comes to.',
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
  description: 'What a verification comes to.',
  types: () =>
    [EmailVerified, CodeProblem, TokenProblem, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const ResendVerificationResult = createUnionType({
  name: 'ResendVerificationResult',
  description: 'What a request for a new code comes to.',
  types: () => [MailAccepted, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});
