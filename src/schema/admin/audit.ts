import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { AuditRiskLevel } from '../audit.js';
import { PageArguments } from '../pagination.js';
import { AdminPageArguments } from './users.js';

@InputType({
  description:
    'Selects audit events; every given field must apply. Without an account, a rare type or a high risk, it reads the last 30 days before `before`, unless `from` is given.',
})
export class AdminAuditFilter {
  @Field(() => [String], { nullable: true, description: 'Types of events, such as `LOGIN`; at most 50.' })
  types?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the action succeeded.' })
  success?: boolean | null;

  @Field(() => [AuditRiskLevel], { nullable: true, description: 'Severities of events.' })
  riskLevels?: (keyof typeof AuditRiskLevel)[] | null;

  @Field(() => ID, { nullable: true, description: 'The account that is concerned.' })
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
  @Field(() => AdminAuditFilter, { nullable: true, description: 'Selects the events. Omit for the last 30 days.' })
  filter?: AdminAuditFilter | null;
}

@ArgsType()
export class AdminUserEventsArguments extends PageArguments {
  @Field(() => AdminAuditFilter, {
    nullable: true,
    description: 'Selects events of the account. Omit for all of them.',
  })
  filter?: AdminAuditFilter | null;
}
