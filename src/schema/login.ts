import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, InputType, ObjectType } from 'type-graphql';
import {
  AccountDisabledProblem,
  AccountLockedProblem,
  AuthInputProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  CodeProblem,
  describedEnum,
  EmailNotVerifiedProblem,
  InvalidCredentialsProblem,
  TokenProblem,
} from './problems.js';
import { AuthSession } from './session.js';
import { AuthTokenDelivery, AuthTokens } from './tokens.js';
import { User } from './user.js';

@InputType({ description: 'Who signs in, and how the session is to begin.' })
export class LoginInput {
  @Field(() => String, { description: 'Email address or username, in any case.' })
  identifier!: string;

  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the session is to last for long.' })
  rememberMe!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'A name by which the user knows the device again, up to 100 characters.',
  })
  deviceName?: string | null;

  @Field(() => AuthTokenDelivery, { defaultValue: 'COOKIE', description: 'How the refresh token is delivered.' })
  tokenDelivery!: keyof typeof AuthTokenDelivery;

  @Field(() => String, {
    nullable: true,
    description:
      'For `BODY`: the `deviceToken` of an earlier sign-in, or an empty text to ask for one; browsers have a cookie instead.',
  })
  deviceToken?: string | null;
}

export const AuthTwoFactorMethod = describedEnum('AuthTwoFactorMethod', 'What can prove the second factor.', {
  TOTP: 'A code of the authenticator app.',
  RECOVERY_CODE: 'One of the recovery codes.',
});

@InputType({ description: 'The second step of a sign-in.' })
export class CompleteTwoFactorInput {
  @Field(() => String, { description: 'The challenge that the first step gave.' })
  challenge!: string;

  @Field(() => String, { description: 'Six digits of the authenticator app, or a recovery code.' })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'For `BODY`: the `deviceToken` of an earlier sign-in, or an empty text to ask for one; browsers have a cookie instead.',
  })
  deviceToken?: string | null;
}

@InputType({ description: 'The exchange token of a verified address, and how the session is to begin.' })
export class ExchangeTokenInput {
  @Field(() => String, { description: 'The exchange token; works once.' })
  token!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the session is to last for long.' })
  rememberMe!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'A name by which the user knows the device again, up to 100 characters.',
  })
  deviceName?: string | null;

  @Field(() => AuthTokenDelivery, { defaultValue: 'COOKIE', description: 'How the refresh token is delivered.' })
  tokenDelivery!: keyof typeof AuthTokenDelivery;

  @Field(() => String, {
    nullable: true,
    description:
      'For `BODY`: the `deviceToken` of an earlier sign-in, or an empty text to ask for one; browsers have a cookie instead.',
  })
  deviceToken?: string | null;
}

@ObjectType({ description: 'Signed in.' })
export class LoginSuccess {
  @Field(() => AuthTokens, { description: 'The tokens of the new session.' })
  tokens!: AuthTokens;

  @Field(() => AuthSession, { description: 'The new session.' })
  session!: AuthSession;

  @Field(() => User, { description: 'Who signed in.' })
  user!: User;

  @Field(() => Boolean, { description: 'Whether the user had never signed in before.' })
  firstLogin!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Tells the device from others at its next sign-in, which strangers cannot lock; only for `BODY` where the input has a `deviceToken`. Opens nothing.',
  })
  deviceToken!: string | null;
}

@ObjectType({ description: 'The first step is done; `completeTwoFactor` asks for the second factor.' })
export class TwoFactorRequired {
  @Field(() => String, { description: 'Goes to `completeTwoFactor`; works once, from this client, for five tries.' })
  challenge!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when the challenge works.' })
  expiresAt!: Date;

  @Field(() => [AuthTwoFactorMethod], { description: 'What can prove the second factor.' })
  methods!: (keyof typeof AuthTwoFactorMethod)[];
}

@ObjectType({
  description:
    'Everything was proven, and the password does not count: it is known from a breach, or two were chosen before the address was verified. It opens `resetPassword` and nothing else.',
})
export class PasswordChangeRequired {
  @Field(() => String, { description: 'Goes to `resetPassword`; works once.' })
  resetToken!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when the reset token works.' })
  expiresAt!: Date;
}

export const LoginResult = createUnionType({
  name: 'LoginResult',
  description: 'What a login comes to.',
  types: () =>
    [
      LoginSuccess,
      TwoFactorRequired,
      PasswordChangeRequired,
      InvalidCredentialsProblem,
      EmailNotVerifiedProblem,
      AccountLockedProblem,
      AccountDisabledProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const ExchangeTokenResult = createUnionType({
  name: 'ExchangeTokenResult',
  description: 'What an exchange token comes to.',
  types: () =>
    [
      LoginSuccess,
      TwoFactorRequired,
      PasswordChangeRequired,
      TokenProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const CompleteTwoFactorResult = createUnionType({
  name: 'CompleteTwoFactorResult',
  description: 'What the second step of a sign-in comes to.',
  types: () =>
    [
      LoginSuccess,
      PasswordChangeRequired,
      CodeProblem,
      AccountLockedProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
