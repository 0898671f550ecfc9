import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { describedEnum } from './problems.js';

export const AuthMailStatus = describedEnum('AuthMailStatus', 'Delivery status of an email.', {
  QUEUED: 'Queued for delivery.',
  DEFERRED: 'Stored, and sent as soon as the queue and the mail server are available again.',
});

@ObjectType({ description: 'The request is accepted. The response is the same for every address, known or not.' })
export class MailAccepted {
  @Field(() => String, { description: 'The address as stored.' })
  email!: string;

  @Field(() => AuthMailStatus, { description: 'Delivery status of the email.' })
  mailStatus!: keyof typeof AuthMailStatus;

  @Field(() => GraphQLDateTime, { description: 'When the next email can be requested.' })
  resendAvailableAt!: Date;
}
