import { GraphQLDateTime } from 'graphql-scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { PageInfo } from './pagination.js';
import { describedEnum } from './problems.js';

export const AuthDeviceType = describedEnum('AuthDeviceType', 'The kind of device, as its user agent tells.', {
  DESKTOP: 'A desktop or laptop computer.',
  MOBILE: 'A phone.',
  TABLET: 'A tablet.',
  BOT: 'A program that says so.',
  UNKNOWN: 'Anything else.',
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'One sign-in of one user on one device.' })
export class AuthSession {
  @Field(() => ID, { description: 'The `sid` of its access tokens.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The name that the client gave at sign-in.' })
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
    description: 'City of that address, where the operator has a database of them.',
  })
  city!: string | null;

  @Field(() => String, { nullable: true, description: 'Country of that address, as an ISO 3166-1 code such as `AT`.' })
  country!: string | null;

  @Field(() => Boolean, { description: 'Whether it was asked to last for long.' })
  rememberMe!: boolean;

  @Field(() => Boolean, { description: 'Whether it proved a second factor.' })
  twoFactorVerified!: boolean;

  @Field(() => Boolean, { description: 'Whether it is the session of this very request.' })
  isCurrent!: boolean;

  @Field(() => GraphQLDateTime, { description: 'When it began.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it last signed in or refreshed.' })
  lastActivityAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When its refresh token was last exchanged.' })
  lastRotatedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it ends if it is not refreshed.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'One session of a page.' })
export class AuthSessionEdge {
  @Field(() => String, { description: 'Its place in the list.' })
  cursor!: string;

  @Field(() => AuthSession, { description: 'The session.' })
  node!: AuthSession;
}

@ObjectType({ description: 'A page of live sessions, newest first.' })
export class AuthSessionConnection {
  @Field(() => [AuthSessionEdge], { description: 'The sessions with their cursors.' })
  edges!: AuthSessionEdge[];

  @Field(() => [AuthSession], { description: 'The sessions without their cursors.' })
  nodes!: AuthSession[];

  @Field(() => PageInfo, { description: 'Where the page lies.' })
  pageInfo!: PageInfo;

  /** Whose they are, for the fields that are resolved only where they are asked for. */
  userId!: string;
}
