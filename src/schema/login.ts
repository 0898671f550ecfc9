import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { FactorsInput } from './factors.js';
import {
  AccountDisabledProblem,
  AccountLockedProblem,
  AuthAccessProblem,
  AuthInputProblem,
  AuthNotFoundProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  CodeProblem,
  describedEnum,
  EmailNotVerifiedProblem,
  InvalidCredentialsProblem,
  RefreshRejectedProblem,
  TokenProblem,
} from './problems.js';
import { AuthSession } from './session.js';
import { User } from './user.js';

export const AuthTokenDelivery = describedEnum('AuthTokenDelivery', 'How the refresh token reaches the client.', {
  COOKIE: 'In an HttpOnly cookie that scripts cannot read; for browsers.',
  BODY: 'In `refreshToken` of the answer; for apps that keep secrets themselves.',
});

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

@InputType({ description: 'Proves again who is signed in.' })
export class ReauthenticateInput extends FactorsInput {}

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

@InputType({ description: 'The refresh token of a session; left out where the cookie carries it.' })
export class RefreshInput {
  @Field(() => String, { nullable: true, description: 'The refresh token; absent: the cookie.' })
  refreshToken?: string | null;
}

@ObjectType({ description: 'The tokens of a session.' })
export class AuthTokens {
  @Field(() => String, { description: 'How to send the access token: `Bearer`.' })
  tokenType!: string;

  @Field(() => String, { description: 'JWT for the Authorization header.' })
  accessToken!: string;

  @Field(() => Int, { description: 'Life of the access token from now, in seconds.' })
  expiresIn!: number;

  @Field(() => GraphQLDateTime, { description: 'Until when the access token works.' })
  accessTokenExpiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Gives the next tokens, once; null where the cookie carries it.',
  })
  refreshToken!: string | null;

  @Field(() => GraphQLDateTime, { description: 'Until when the session can be refreshed.' })
  refreshTokenExpiresAt!: Date;
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
  description: 'The password is right and known from a breach: it opens `resetPassword` and nothing else.',
})
export class PasswordChangeRequired {
  @Field(() => String, { description: 'Goes to `resetPassword`; works once.' })
  resetToken!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when the reset token works.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'Proven anew; sensitive operations are open for a while.' })
export class Reauthenticated {
  @Field(() => AuthTokens, { description: 'The tokens of the session that takes the place of the present one.' })
  tokens!: AuthTokens;

  @Field(() => GraphQLDateTime, { description: 'Until when the proof is recent enough for sensitive operations.' })
  validUntil!: Date;
}

@ObjectType({ description: 'The session goes on.' })
export class RefreshSuccess {
  @Field(() => AuthTokens, { description: 'The next tokens.' })
  tokens!: AuthTokens;

  @Field(() => AuthSession, { description: 'The session.' })
  session!: AuthSession;
}

@ObjectType({ description: 'No session is left of those that the request held.' })
export class LogoutSuccess {
  @Field(() => ID, { nullable: true, description: 'The session that ended; null where there was none.' })
  sessionId!: string | null;
}

@ObjectType({ description: 'The session ended.' })
export class SessionRevoked {
  @Field(() => ID, { description: 'Which one.' })
  sessionId!: string;
}

@ObjectType({ description: 'The other sessions ended.' })
export class SessionsRevoked {
  @Field(() => Int, { description: 'How many.' })
  count!: number;
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

export const ReauthenticateResult = createUnionType({
  name: 'ReauthenticateResult',
  description: 'What proving oneself again comes to.',
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

export const RefreshResult = createUnionType({
  name: 'RefreshResult',
  description: 'What a refresh comes to.',
  types: () => [RefreshSuccess, RefreshRejectedProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const LogoutResult = createUnionType({
  name: 'LogoutResult',
  description: 'What a logout comes to.',
  types: () => [LogoutSuccess, AuthUnavailableProblem] as const,
});

export const RevokeSessionResult = createUnionType({
  name: 'RevokeSessionResult',
  description: 'What ending a session comes to.',
  types: () =>
    [SessionRevoked, AuthNotFoundProblem, AuthAccessProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const RevokeOtherSessionsResult = createUnionType({
  name: 'RevokeOtherSessionsResult',
  description: 'What ending the other sessions comes to.',
  types: () => [SessionsRevoked, AuthAccessProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});
