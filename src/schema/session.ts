import { GraphQLDateTime } from 'graphql-scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { PageInfo } from './pagination.js';
import { describedEnum } from './problems.js';

export const AuthDeviceType = describedEnum('AuthDeviceType', 'Kind of device, derived from the user agent.', {
  DESKTOP: 'A desktop or laptop computer.',
  MOBILE: 'A phone.',
  TABLET: 'A tablet.',
  BOT: 'Identifies itself as a bot.',
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

  @Field(() => String, { nullable: true, description: 'Address of the latest sign-in or refresh.' })
  ipAddress!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'City of that address; null unless the operator has configured a location database.',
  })
  city!: string | null;

  @Field(() => String, { nullable: true, description: 'Country of that address, as an ISO 3166-1 code such as `AT`.' })
  country!: string | null;

  @Field(() => Boolean, { description: 'Whether `rememberMe` was requested.' })
  rememberMe!: boolean;

  @Field(() => Boolean, { description: 'Whether a second factor was verified in this session.' })
  twoFactorVerified!: boolean;

  @Field(() => Boolean, { description: 'Whether this is the session that sent the request.' })
  isCurrent!: boolean;

  @Field(() => GraphQLDateTime, { description: 'When the session started.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the session was last signed in to or refreshed.' })
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

  /** Whose they are, for the fields that are resolved only where they are asked for. */
  userId!: string;
}
