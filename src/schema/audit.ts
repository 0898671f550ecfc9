import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { PageInfo } from './pagination.js';
import { describedEnum } from './problems.js';

export const AuditRiskLevel = describedEnum('AuditRiskLevel', 'Severity of an event.', {
  LOW: 'Routine.',
  MEDIUM: 'Worth reviewing if unexpected.',
  HIGH: 'A change to who can access the account, or a rejected attempt to make one.',
  CRITICAL: 'Somebody else has most likely accessed the account.',
});

@ObjectType({ description: 'A detail of an event.' })
export class AuditEventAttribute {
  @Field(() => String, { description: 'Name of the detail, such as `reason`.' })
  name!: string;

  @Field(() => String, { description: 'Its value as text.' })
  value!: string;
}

@ObjectType({ description: 'An audit event. Events are never changed once written.' })
export class AuditEvent {
  @Field(() => ID, { description: 'Identifier of the event.' })
  id!: string;

  @Field(() => String, { description: 'Type of the event, such as `LOGIN`; listed in `docs/audit.md`.' })
  type!: string;

  @Field(() => Boolean, { description: 'Whether the action succeeded; false for a rejected attempt.' })
  success!: boolean;

  @Field(() => AuditRiskLevel, { description: 'Severity of the event.' })
  riskLevel!: keyof typeof AuditRiskLevel;

  @Field(() => ID, { nullable: true, description: 'User who acted; null if nobody was signed in.' })
  actorId!: string | null;

  @Field(() => ID, { nullable: true, description: 'User whose account the event concerns; null if there is none.' })
  userId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'IP address of the request; null if another signed-in user or a CLI command acted.',
  })
  ipAddress!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'User agent of the request; null in the same cases as the address.',
  })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'Request id, as it appears in the log.' })
  requestId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Further details as a JSON object in text form; null if there are none.',
  })
  metadata!: string | null;

  @Field(() => [AuditEventAttribute], { description: 'The details of `metadata` as a list.' })
  attributes!: AuditEventAttribute[];

  @Field(() => GraphQLDateTime, { description: 'When the event happened.' })
  createdAt!: Date;
}

@ObjectType({ description: 'One event of a page.' })
export class AuditEventEdge {
  @Field(() => String, { description: 'Position of the item in the list.' })
  cursor!: string;

  @Field(() => AuditEvent, { description: 'The event.' })
  node!: AuditEvent;
}

@ObjectType({ description: 'A page of events, newest first.' })
export class AuditEventConnection {
  @Field(() => [AuditEventEdge], { description: 'The events with their cursors.' })
  edges!: AuditEventEdge[];

  @Field(() => [AuditEvent], { description: 'The events without their cursors.' })
  nodes!: AuditEvent[];

  @Field(() => PageInfo, { description: 'Position of the page in the list.' })
  pageInfo!: PageInfo;
}
