import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { AuditEvent } from '../audit.js';
import { AuthProblemCode, describedEnum } from '../problems.js';

export const AdminRemedy = describedEnum('AdminRemedy', 'An operation that removes an obstacle to sign-in.', {
  UNLOCK: '`adminUnlockUser`.',
  RESEND_VERIFICATION: '`adminResendVerification`.',
  SEND_PASSWORD_RESET: '`adminSendPasswordReset`.',
  ENABLE: '`adminEnableUser`.',
  RESET_TWO_FACTOR: '`adminResetTwoFactor`.',
});

@ObjectType({ description: 'What prevents a user from signing in.' })
export class AdminSignInObstacle {
  @Field(() => AuthProblemCode, {
    description:
      'The code of the problem that a sign-in returns. PASSWORD_REJECTED if it returns `PasswordChangeRequired`.',
  })
  code!: keyof typeof AuthProblemCode;

  @Field(() => String, { description: 'The reason in one sentence.' })
  explanation!: string;

  @Field(() => AdminRemedy, {
    nullable: true,
    description: 'The operation that removes the obstacle; null if none does.',
  })
  remedy!: keyof typeof AdminRemedy | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the obstacle arose; null if unknown.' })
  since!: Date | null;

  @Field(() => AuditEvent, {
    nullable: true,
    description: 'The latest rejected sign-in of the last 30 days; null if there was none.',
  })
  lastRefusal!: AuditEvent | null;
}
