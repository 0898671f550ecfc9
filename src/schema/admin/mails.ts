import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../pagination.js';
import { describedEnum } from '../problems.js';
import { AdminPageArguments } from './users.js';

export const AdminMailStatus = describedEnum('AdminMailStatus', 'Delivery status of an email.', {
  PENDING: 'Waiting to be sent, or being sent.',
  SENT: 'The mail server accepted it.',
  FAILED: 'Rejected permanently, or abandoned after a day of attempts.',
  DISCARDED: 'No longer needed, for example because its code was used.',
});

@ObjectType({ description: 'An email in the outbox. Its content is never returned.' })
export class AdminMail {
  @Field(() => ID, { description: 'Identifier of the email.' })
  id!: string;

  @Field(() => String, { description: 'Kind of the email, such as `verify-email`.' })
  mail!: string;

  @Field(() => String, { description: 'Address of the recipient.' })
  recipient!: string;

  @Field(() => AdminMailStatus, { description: 'Delivery status.' })
  status!: keyof typeof AdminMailStatus;

  @Field(() => Int, { description: 'Number of attempts to send it.' })
  attempts!: number;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the next attempt is due; null if there will be none.',
  })
  nextAttemptAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was sent, abandoned or discarded.' })
  finishedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Reason for the last failed attempt, without addresses or secrets; null if no attempt failed.',
  })
  lastError!: string | null;

  @Field(() => ID, { nullable: true, description: 'The account that it concerns; null if none is known.' })
  userId!: string | null;

  @Field(() => String, { nullable: true, description: 'Id of the request that caused it.' })
  requestId!: string | null;
}

@ObjectType({ description: 'One email of a page.' })
export class AdminMailEdge {
  @Field(() => String, { description: 'Position of the item in the list.' })
  cursor!: string;

  @Field(() => AdminMail, { description: 'The email.' })
  node!: AdminMail;
}

@ObjectType({ description: 'A page of emails, newest first.' })
export class AdminMailConnection {
  @Field(() => [AdminMailEdge], { description: 'The emails with their cursors.' })
  edges!: AdminMailEdge[];

  @Field(() => [AdminMail], { description: 'The emails without their cursors.' })
  nodes!: AdminMail[];

  @Field(() => PageInfo, { description: 'Position of the page in the list.' })
  pageInfo!: PageInfo;
}

@InputType({
  description:
    'Filter for emails. An email must match every given field. Emails are deleted `PURGE_MAILS_AFTER` after they were sent, abandoned or discarded.',
})
export class AdminMailFilter {
  @Field(() => AdminMailStatus, { nullable: true, description: 'Delivery status.' })
  status?: keyof typeof AdminMailStatus | null;

  @Field(() => String, { nullable: true, description: 'Kind of email, such as `verify-email`.' })
  mail?: string | null;

  @Field(() => String, { nullable: true, description: 'Complete address of the recipient.' })
  recipient?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Created at this time or later.' })
  from?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Created before this time.' })
  before?: Date | null;
}

@ArgsType()
export class AdminMailsArguments extends AdminPageArguments {
  @Field(() => AdminMailFilter, { nullable: true, description: 'Which emails to return. Omit for all of them.' })
  filter?: AdminMailFilter | null;
}
