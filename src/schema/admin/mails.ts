import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../pagination.js';
import { describedEnum } from '../problems.js';
import { AdminPageArguments } from './users.js';

export const AdminMailStatus = describedEnum('AdminMailStatus', 'What became of an email.', {
  PENDING: 'It waits, or is being sent.',
  SENT: 'The mail server accepted it.',
  FAILED: 'It was rejected for good, or given up after a day.',
  DISCARDED: 'It was not needed any more, for example because its code was used.',
});

@ObjectType({ description: 'An email that the gateway sends. Its content is never shown.' })
export class AdminMail {
  @Field(() => ID, { description: 'Identifier of the email.' })
  id!: string;

  @Field(() => String, { description: 'Kind of the email, such as `verify-email`.' })
  mail!: string;

  @Field(() => String, { description: 'Address that it goes to.' })
  recipient!: string;

  @Field(() => AdminMailStatus, { description: 'What became of it.' })
  status!: keyof typeof AdminMailStatus;

  @Field(() => Int, { description: 'Number of attempts to send it.' })
  attempts!: number;

  @Field(() => GraphQLDateTime, { description: 'When it was written.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it is next attempted; null once it is finished.' })
  nextAttemptAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was sent, given up or discarded.' })
  finishedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the last attempt failed, without addresses or secrets; null if none did.',
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
  description: 'Selects emails; every given field must apply. Finished emails are kept for `PURGE_MAILS_AFTER`.',
})
export class AdminMailFilter {
  @Field(() => AdminMailStatus, { nullable: true, description: 'What became of them.' })
  status?: keyof typeof AdminMailStatus | null;

  @Field(() => String, { nullable: true, description: 'Kind of email, such as `verify-email`.' })
  mail?: string | null;

  @Field(() => String, { nullable: true, description: 'The whole address that they go to.' })
  recipient?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Written at this time or later.' })
  from?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Written before this time.' })
  before?: Date | null;
}

@ArgsType()
export class AdminMailsArguments extends AdminPageArguments {
  @Field(() => AdminMailFilter, { nullable: true, description: 'Selects the emails. Omit for all of them.' })
  filter?: AdminMailFilter | null;
}
