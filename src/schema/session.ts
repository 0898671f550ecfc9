import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { AuthMailStatus } from './mail.js';
import { PageInfo } from './pagination.js';
import {
  AuthAccessProblem,
  AuthInputProblem,
  AuthNotFoundProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  describedEnum,
  RefreshRejectedProblem,
  TokenProblem,
} from './problems.js';
import { AuthTokens } from './tokens.js';

export const AuthDeviceType = describedEnum('AuthDeviceType', 'Kind of device, derived from the user agent.', {
  DESKTOP: 'A desktop or laptop computer.',
  MOBILE: 'A phone.',
  TABLET: 'A tablet.',
  BOT: 'A client that identifies itself as a bot.',
  UNKNOWN: 'Anything else.',
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'One sign-in of one user on one device.' })
export class AuthSession {
  @Field(() => ID, { description: "Identifier; the `sid` of the session's access tokens." })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Device name that the client sent at sign-in.' })
  deviceName!: string | null;

  @Field(() => AuthDeviceType, { description: 'The kind of device.' })
  deviceType!: keyof typeof AuthDeviceType;

  @Field(() => String, { nullable: true, description: 'Browser and its major version.' })
  browser!: string | null;

  @Field(() => String, { nullable: true, description: 'Operating system and its major version.' })
  operatingSystem!: string | null;

  @Field(() => String, { nullable: true, description: 'IP address of the latest sign-in or refresh.' })
  ipAddress!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'City of that IP address; null unless the operator has configured a location database.',
  })
  city!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Country of that IP address, as an ISO 3166-1 code such as `AT`.',
  })
  country!: string | null;

  @Field(() => Boolean, { description: 'Whether `rememberMe` was requested.' })
  rememberMe!: boolean;

  @Field(() => Boolean, { description: 'Whether a second factor was verified in this session.' })
  twoFactorVerified!: boolean;

  @Field(() => Boolean, { description: 'Whether this is the session that sent the request.' })
  isCurrent!: boolean;

  @Field(() => GraphQLDateTime, { description: 'When the session started.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'Time of the latest sign-in or refresh.' })
  lastActivityAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the refresh token was last rotated.' })
  lastRotatedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the session ends unless it is refreshed.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'One session of a page.' })
export class AuthSessionEdge {
  @Field(() => String, { description: 'Position of the item in the list.' })
  cursor!: string;

  @Field(() => AuthSession, { description: 'The session.' })
  node!: AuthSession;
}

@ObjectType({ description: 'A page of active sessions, newest first.' })
export class AuthSessionConnection {
  @Field(() => [AuthSessionEdge], { description: 'The sessions with their cursors.' })
  edges!: AuthSessionEdge[];

  @Field(() => [AuthSession], { description: 'The sessions without their cursors.' })
  nodes!: AuthSession[];

  @Field(() => PageInfo, { description: 'Position of the page in the list.' })
  pageInfo!: PageInfo;

  /** The owner of the sessions, for the fields that are resolved only if they are selected. */
  userId!: string;
}

@InputType({ description: 'The refresh token of a session; omit it to use the cookie.' })
export class RefreshInput {
  @Field(() => String, { nullable: true, description: 'The refresh token; omit to use the refresh-token cookie.' })
  refreshToken?: string | null;
}

@ObjectType({ description: 'The session continues.' })
export class RefreshSuccess {
  @Field(() => AuthTokens, { description: 'The new tokens.' })
  tokens!: AuthTokens;

  @Field(() => AuthSession, { description: 'The session.' })
  session!: AuthSession;

  /** The owner of the session, for the field that is resolved only if it is selected. */
  userId!: string;
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

  @Field(() => [ID], { description: 'The sessions that ended.' })
  sessionIds!: string[];
}

@InputType({ description: 'The token from the link in a new-device email.' })
export class ReportSessionInput {
  @Field(() => String, { description: 'The text after `#token=` in the link.' })
  token!: string;
}

@ObjectType({
  description: 'Every session has ended, the password no longer works, and the owner receives a password reset.',
})
export class SessionReported {
  @Field(() => ID, { description: 'The reported session.' })
  sessionId!: string;

  @Field(() => Int, { description: 'Number of sessions that ended, including the reported one.' })
  endedSessions!: number;

  @Field(() => AuthMailStatus, { description: 'Delivery status of the password-reset email.' })
  mailStatus!: keyof typeof AuthMailStatus;
}

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

export const ReportSessionResult = createUnionType({
  name: 'ReportSessionResult',
  description: 'Result of `reportSession`.',
  types: () => [SessionReported, TokenProblem, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});
