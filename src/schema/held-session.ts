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

@InputType({ description: 'Proves again who is signed in.' })
export class ReauthenticateInput extends FactorsInput {}

@InputType({ description: 'The refresh token of a session; left out where the cookie carries it.' })
export class RefreshInput {
  @Field(() => String, { nullable: true, description: 'The refresh token; absent: the cookie.' })
  refreshToken?: string | null;
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
