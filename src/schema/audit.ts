import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { PageInfo } from './pagination.js';
import { describedEnum } from './problems.js';

export const AuditRiskLevel = describedEnum('AuditRiskLevel', 'How much an event should worry whoever reads it.', {
  LOW: 'What happens every day.',
  MEDIUM: 'Worth a look when it was unexpected.',
  HIGH: 'It changed who can get into the account, or somebody tried in vain.',
  CRITICAL: 'Somebody else most likely was in the account.',
});

@ObjectType({ description: 'Something that happened to an account; written once and never changed.' })
export class AuditEvent {
  @Field(() => ID, { description: 'Its own id.' })
  id!: string;

  @Field(() => String, { description: 'What happened: a name from the list in `docs/audit.md`, such as `LOGIN`.' })
  type!: string;

  @Field(() => Boolean, { description: 'Whether it was done; false for a try that was refused.' })
  success!: boolean;

  @Field(() => AuditRiskLevel, { description: 'How much it should worry whoever reads it.' })
  riskLevel!: keyof typeof AuditRiskLevel;

  @Field(() => ID, { nullable: true, description: 'Who did it; null where nobody was signed in.' })
  actorId!: string | null;

  @Field(() => ID, { nullable: true, description: 'Whose account it is about; null where it is about none.' })
  userId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The address that it came from; null where it was somebody else who was signed in, or a command.',
  })
  ipAddress!: string | null;

  @Field(() => String, { nullable: true, description: 'The user agent that it came from; null as the address is.' })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'The id of the request, as it is in the log.' })
  requestId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'More facts, as the text of a JSON object; null where none are.',
  })
  metadata!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  createdAt!: Date;
}

@ObjectType({ description: 'One event of a page.' })
export class AuditEventEdge {
  @Field(() => String, { description: 'Its place in the list.' })
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

  @Field(() => PageInfo, { description: 'Where the page lies.' })
  pageInfo!: PageInfo;
}
