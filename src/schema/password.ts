import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { MailAccepted } from './mail.js';
import {
  AccountLockedProblem,
  AuthAccessProblem,
  AuthInputProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  CodeProblem,
  InvalidCredentialsProblem,
  PasswordRejectedProblem,
  TokenProblem,
} from './problems.js';
import { AuthSession } from './session.js';
import { AuthTokens } from './tokens.js';
import { User } from './user.js';

@InputType({ description: 'Requests a password reset.' })
export class RequestPasswordResetInput {
  @Field(() => String, { description: 'The address of the account.' })
  email!: string;
}

@InputType({ description: 'The reset code sent to an address.' })
export class VerifyPasswordResetCodeInput {
  @Field(() => String, { description: 'The address.' })
  email!: string;

  @Field(() => String, { description: 'The six digits.' })
  code!: string;
}

@InputType({ description: 'A new password and the token that authorises it.' })
export class ResetPasswordInput {
  @Field(() => String, {
    description: 'The text after `#token=` in the emailed link, or a `resetToken`; single use.',
  })
  resetToken!: string;

  @Field(() => String, { description: 'A password that meets the rules in `authConfig`.' })
  newPassword!: string;
}

@InputType({ description: 'The current password and the new one.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The current password.' })
  currentPassword!: string;

  @Field(() => String, { description: 'A password that meets the rules in `authConfig`.' })
  newPassword!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Six digits from the authenticator app, or a recovery code. Required if the second factor is on and its last verification is too old. With it, the change counts as a new verification.',
  })
  code?: string | null;
}

@ObjectType({ description: 'The code was correct. The token sets a new password once.' })
export class PasswordResetTicket {
  @Field(() => String, { description: 'Token for `resetPassword`.' })
  resetToken!: string;

  @Field(() => GraphQLDateTime, { description: 'When the token expires.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'The password is set. Nobody is signed in: continue with the login.' })
export class PasswordResetSuccess {
  @Field(() => Int, { description: 'Number of sessions that ended.' })
  endedSessions!: number;
}

@ObjectType({
  description: 'The password is changed. The current session continues with these tokens only.',
})
export class PasswordChanged {
  @Field(() => Int, { description: 'Number of other sessions that ended.' })
  endedSessions!: number;

  @Field(() => AuthTokens, {
    description:
      'The new tokens of the current session; the refresh token is in the cookie if the cookie held it before.',
  })
  tokens!: AuthTokens;

  @Field(() => AuthSession, { description: 'The session that replaces the previous one.' })
  session!: AuthSession;

  @Field(() => User, { description: 'The signed-in user.' })
  user!: User;
}

export const RequestPasswordResetResult = createUnionType({
  name: 'RequestPasswordResetResult',
  description: 'Result of `requestPasswordReset`.',
  types: () => [MailAccepted, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const VerifyPasswordResetCodeResult = createUnionType({
  name: 'VerifyPasswordResetCodeResult',
  description: 'Result of `verifyPasswordResetCode`.',
  types: () =>
    [PasswordResetTicket, CodeProblem, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const ResetPasswordResult = createUnionType({
  name: 'ResetPasswordResult',
  description: 'Result of `resetPassword`.',
  types: () =>
    [
      PasswordResetSuccess,
      TokenProblem,
      PasswordRejectedProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const ChangePasswordResult = createUnionType({
  name: 'ChangePasswordResult',
  description: 'Result of `changePassword`.',
  types: () =>
    [
      PasswordChanged,
      InvalidCredentialsProblem,
      CodeProblem,
      PasswordRejectedProblem,
      AccountLockedProblem,
      AuthInputProblem,
      AuthAccessProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
