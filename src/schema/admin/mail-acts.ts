import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import {
  AuthAccessProblem,
  AuthConflictProblem,
  AuthInputProblem,
  AuthNotFoundProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
} from '../problems.js';
import { AdminMail } from './mails.js';

@InputType({ description: 'An email to be sent again.' })
export class AdminRetryMailInput {
  @Field(() => ID, { description: 'Identifier of the email.' })
  mailId!: string;
}

@InputType({ description: 'A test email.' })
export class AdminSendTestMailInput {
  @Field(() => String, { description: 'The address to send it to.' })
  email!: string;
}

@ObjectType({ description: 'The email is waiting to be sent.' })
export class AdminMailQueued {
  @Field(() => AdminMail, { description: 'The email.' })
  mail!: AdminMail;
}

export const AdminMailResult = createUnionType({
  name: 'AdminMailResult',
  description: 'Result of an admin operation on an email.',
  types: () =>
    [
      AdminMailQueued,
      AuthInputProblem,
      AuthAccessProblem,
      AuthNotFoundProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
