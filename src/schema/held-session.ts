import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { FactorsInput } from './factors.js';
import {
  AccountLockedProblem,
  AuthAccessProblem,
  AuthInputProblem,
  AuthNotFoundProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  CodeProblem,
  InvalidCredentialsProblem,
  RefreshRejectedProblem,
} from './problems.js';
import { AuthSession } from './session.js';
import { AuthTokens } from './tokens.js';

@InputType({ description: 'Credentials for verifying the signed-in user again.' })
export class ReauthenticateInput extends FactorsInput {}

@InputType({ description: 'The refresh token of a session; omit it to use the cookie.' })
export class RefreshInput {
  @Field(() => String, { nullable: true, description: 'The refresh token; omit to use the refresh-token cookie.' })
  refreshToken?: string | null;
}

@ObjectType({ description: 'Verified again; sensitive operations are allowed for a while.' })
export class Reauthenticated {
  @Field(() => AuthTokens, { description: 'The tokens of the session that replaces the current one.' })
  tokens!: AuthTokens;

  @Field(() => GraphQLDateTime, { description: 'When sensitive operations will require another verification.' })
  validUntil!: Date;
}

@ObjectType({ description: 'The session continues.' })
export class RefreshSuccess {
  @Field(() => AuthTokens, { description: 'The new tokens.' })
  tokens!: AuthTokens;

  @Field(() => AuthSession, { description: 'The session.' })
  session!: AuthSession;
}

@ObjectType({ description: 'The sessions of the request have ended.' })
export class LogoutSuccess {
  @Field(() => ID, { nullable: true, description: 'The session that ended; null if there was none.' })
  sessionId!: string | null;
}

@ObjectType({ description: 'The session ended.' })
export class SessionRevoked {
  @Field(() => ID, { description: 'The session that ended.' })
  sessionId!: string;
}

@ObjectType({ description: 'The other sessions ended.' })
export class SessionsRevoked {
  @Field(() => Int, { description: 'Number of sessions that ended.' })
  count!: number;
}

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

export const RefreshResult = createUnionType({
  name: 'RefreshResult',
  description: 'Result of `refresh`.',
  types: () => [RefreshSuccess, RefreshRejectedProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const LogoutResult = createUnionType({
  name: 'LogoutResult',
  description: 'Result of `logout`.',
  types: () => [LogoutSuccess, AuthUnavailableProblem] as const,
});

export const RevokeSessionResult = createUnionType({
  name: 'RevokeSessionResult',
  description: 'Result of `revokeSession`.',
  types: () =>
    [SessionRevoked, AuthNotFoundProblem, AuthAccessProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const RevokeOtherSessionsResult = createUnionType({
  name: 'RevokeOtherSessionsResult',
  description: 'Result of `revokeOtherSessions`.',
  types: () => [SessionsRevoked, AuthAccessProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});
