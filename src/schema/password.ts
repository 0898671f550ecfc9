import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { MailAccepted } from './account.js';
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
import { AuthTokens } from './tokens.js';

@InputType({ description: 'Asks for a password reset.' })
export class RequestPasswordResetInput {
  @Field(() => String, { description: 'The address of the account.' })
  email!: string;
}

@InputType({ description: 'The reset code that was mailed to an address.' })
export class VerifyPasswordResetCodeInput {
  @Field(() => String, { description: 'The address.' })
  email!: string;

  @Field(() => String, { description: 'The six digits.' })
  code!: string;
}

@InputType({ description: 'A new password, and what permits it.' })
export class ResetPasswordInput {
  @Field(() => String, {
    description: 'What follows `#token=` in the mailed link, or the `resetToken` of a ticket or a login; works once.',
  })
  resetToken!: string;

  @Field(() => String, { description: 'A password that meets the rules in `authConfig`.' })
  newPassword!: string;
}

@InputType({ description: 'The present password and the new one.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The present password.' })
  currentPassword!: string;

  @Field(() => String, { description: 'A password that meets the rules in `authConfig`.' })
  newPassword!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Six digits of the authenticator app, or a recovery code; needed where the second factor is on and the last proof is old. With it the change counts as a new proof.',
  })
  code?: string | null;
}

@ObjectType({ description: 'The code was right; the ticket sets a new password, once.' })
export class PasswordResetTicket {
  @Field(() => String, { description: 'For `resetPassword`.' })
  resetToken!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when it works.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'The password is set. Nobody is signed in: go to the login.' })
export class PasswordResetSuccess {
  @Field(() => Int, { description: 'How many sessions ended.' })
  endedSessions!: number;
}

@ObjectType({
  description: 'The password is changed; the present session goes on with these tokens, and with no others.',
})
export class PasswordChanged {
  @Field(() => Int, { description: 'How many other sessions ended.' })
  endedSessions!: number;

  @Field(() => AuthTokens, {
    description: 'The tokens of the present session; the refresh token is in the cookie where the cookie held it.',
  })
  tokens!: AuthTokens;
}

export const RequestPasswordResetResult = createUnionType({
  name: 'RequestPasswordResetResult',
  description: 'What a request for a password reset comes to.',
  types: () => [MailAccepted, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const VerifyPasswordResetCodeResult = createUnionType({
  name: 'VerifyPasswordResetCodeResult',
  description: 'What a reset code comes to.',
  types: () =>
    [PasswordResetTicket, CodeProblem, AuthInputProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

export const ResetPasswordResult = createUnionType({
  name: 'ResetPasswordResult',
  description: 'What a password reset comes to.',
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
  description: 'What a change of password comes to.',
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
