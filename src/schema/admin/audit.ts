import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { AuditRiskLevel } from '../audit.js';
import { PageArguments } from '../pagination.js';
import { AdminPageArguments } from './users.js';

@InputType({
  description:
    'Filter for audit events. An event must match every given field. If `from` is omitted, only the 30 days before `before` are searched, unless the filter gives `userId`, `actorId`, `types` without LOGIN and REFRESH (or with `success: false`), or only HIGH and CRITICAL `riskLevels`.',
})
export class AdminAuditFilter {
  @Field(() => [String], { nullable: true, description: 'Event types, such as `LOGIN`; at most 50.' })
  types?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the action succeeded.' })
  success?: boolean | null;

  @Field(() => [AuditRiskLevel], { nullable: true, description: 'Risk levels of the events.' })
  riskLevels?: (keyof typeof AuditRiskLevel)[] | null;

  @Field(() => ID, { nullable: true, description: 'The account that the event concerns.' })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The user who acted.' })
  actorId?: string | null;

  @Field(() => String, { nullable: true, description: 'IP address of the request.' })
  ipAddress?: string | null;

  @Field(() => String, { nullable: true, description: 'Request id, as it appears in the log.' })
  requestId?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'At this time or later.' })
  from?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Before this time.' })
  before?: Date | null;
}

@ArgsType()
export class AdminAuditEventsArguments extends AdminPageArguments {
  @Field(() => AdminAuditFilter, {
    nullable: true,
    description: 'Which events to return. Omit for those of the last 30 days.',
  })
  filter?: AdminAuditFilter | null;
}

@ArgsType()
export class AdminUserEventsArguments extends PageArguments {
  @Field(() => AdminAuditFilter, {
    nullable: true,
    description: 'Which events of the account to return. Omit for all of them.',
  })
  filter?: AdminAuditFilter | null;
}
