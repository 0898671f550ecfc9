import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, InputType, ObjectType } from 'type-graphql';
import { FactorsInput } from './factors.js';
import {
  AccountDisabledProblem,
  AccountLockedProblem,
  AuthAccessProblem,
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

@InputType({ description: 'Credentials and options of a sign-in.' })
export class LoginInput {
  @Field(() => String, { description: 'Email address or username, in any case.' })
  identifier!: string;

  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to use the longer lifetime (`REFRESH_TOKEN_TTL_REMEMBERED`).',
  })
  rememberMe!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Name by which the user recognises the device, up to 100 characters.',
  })
  deviceName?: string | null;

  @Field(() => AuthTokenDelivery, { defaultValue: 'COOKIE', description: 'How the refresh token is delivered.' })
  tokenDelivery!: keyof typeof AuthTokenDelivery;

  @Field(() => String, {
    nullable: true,
    description: 'For `BODY`: the `deviceToken` of an earlier sign-in. Browsers use a cookie instead.',
  })
  deviceToken?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'For `BODY`: whether to return a `deviceToken`, which identifies the device at its next sign-in.',
  })
  rememberDevice!: boolean;
}

export const AuthTwoFactorMethod = describedEnum('AuthTwoFactorMethod', 'Ways to verify the second factor.', {
  TOTP: 'A code from the authenticator app.',
  RECOVERY_CODE: 'One of the recovery codes.',
});

@InputType({ description: 'The second step of a sign-in.' })
export class CompleteTwoFactorInput {
  @Field(() => String, { description: 'The challenge from the first step.' })
  challenge!: string;

  @Field(() => String, { description: 'Six digits from the authenticator app, or a recovery code.' })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: 'For `BODY`: the `deviceToken` of an earlier sign-in. Browsers use a cookie instead.',
  })
  deviceToken?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'For `BODY`: whether to return a `deviceToken`, which identifies the device at its next sign-in.',
  })
  rememberDevice!: boolean;
}

@InputType({ description: 'The exchange token and options of the session.' })
export class ExchangeTokenInput {
  @Field(() => String, { description: 'The single-use exchange token.' })
  token!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to use the longer lifetime (`REFRESH_TOKEN_TTL_REMEMBERED`).',
  })
  rememberMe!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Name by which the user recognises the device, up to 100 characters.',
  })
  deviceName?: string | null;

  @Field(() => AuthTokenDelivery, { defaultValue: 'COOKIE', description: 'How the refresh token is delivered.' })
  tokenDelivery!: keyof typeof AuthTokenDelivery;

  @Field(() => String, {
    nullable: true,
    description: 'For `BODY`: the `deviceToken` of an earlier sign-in. Browsers use a cookie instead.',
  })
  deviceToken?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'For `BODY`: whether to return a `deviceToken`, which identifies the device at its next sign-in.',
  })
  rememberDevice!: boolean;
}

@InputType({ description: 'Credentials for verifying the signed-in user again.' })
export class ReauthenticateInput extends FactorsInput {}

@ObjectType({ description: 'Signed in.' })
export class LoginSuccess {
  @Field(() => AuthTokens, { description: 'The tokens of the new session.' })
  tokens!: AuthTokens;

  @Field(() => AuthSession, { description: 'The new session.' })
  session!: AuthSession;

  @Field(() => User, { description: 'The user who signed in.' })
  user!: User;

  @Field(() => Boolean, { description: "Whether this is the user's first sign-in." })
  firstLogin!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      "Identifies this device at its next sign-in so that other people's failed attempts cannot lock it out. Returned only for `BODY`, if the input sets `rememberDevice` or contains a `deviceToken`. Grants no access.",
  })
  deviceToken!: string | null;
}

@ObjectType({ description: 'The first step succeeded; continue with `completeTwoFactor`.' })
export class TwoFactorRequired {
  @Field(() => String, {
    description: 'Single-use token for `completeTwoFactor`; valid from this client only, for five attempts.',
  })
  challenge!: string;

  @Field(() => GraphQLDateTime, { description: 'When the challenge expires.' })
  expiresAt!: Date;

  @Field(() => [AuthTwoFactorMethod], { description: 'Ways to verify the second factor.' })
  methods!: (keyof typeof AuthTwoFactorMethod)[];
}

@ObjectType({
  description:
    'All factors are verified, but the password is not accepted: it appears in a known breach, an admin requires a new one, or two different passwords were chosen before the address was verified. The token can be used only for `resetPassword`.',
})
export class PasswordChangeRequired {
  @Field(() => String, { description: 'Single-use token for `resetPassword`.' })
  resetToken!: string;

  @Field(() => GraphQLDateTime, { description: 'When the reset token expires.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'The user is verified again. Sensitive operations are allowed until `validUntil`.' })
export class Reauthenticated {
  @Field(() => AuthTokens, { description: 'The tokens of the session that replaces the current one.' })
  tokens!: AuthTokens;

  @Field(() => GraphQLDateTime, { description: 'When sensitive operations will require another verification.' })
  validUntil!: Date;

  @Field(() => AuthSession, { description: 'The session that replaces the previous one.' })
  session!: AuthSession;

  @Field(() => User, { description: 'The signed-in user.' })
  user!: User;
}

export const LoginResult = createUnionType({
  name: 'LoginResult',
  description: 'Result of `login`.',
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
  description: 'Result of `exchangeToken`.',
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
  description: 'Result of `completeTwoFactor`.',
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

export const ReauthenticateResult = createUnionType({
  name: 'ReauthenticateResult',
  description: 'Result of `reauthenticate`.',
  types: () =>
    [
      Reauthenticated,
      InvalidCredentialsProblem,
      CodeProblem,
      AccountLockedProblem,
      AuthAccessProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
