import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { AuditEvent } from '../audit.js';
import { AuthProblemCode, describedEnum } from '../problems.js';

export const AdminRemedy = describedEnum('AdminRemedy', 'The operation that helps a user back in.', {
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
      'The code with which a sign-in is rejected. PASSWORD_REJECTED if it returns `PasswordChangeRequired` instead.',
  })
  code!: keyof typeof AuthProblemCode;

  @Field(() => String, { description: 'The reason in one sentence.' })
  explanation!: string;

  @Field(() => AdminRemedy, {
    nullable: true,
    description: 'The operation that removes the obstacle; null if none does.',
  })
  remedy!: keyof typeof AdminRemedy | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when it applies; null if that is unknown.' })
  since!: Date | null;

  @Field(() => AuditEvent, {
    nullable: true,
    description: 'The latest rejected sign-in of the last 30 days; null if there was none.',
  })
  lastRefusal!: AuditEvent | null;
}
