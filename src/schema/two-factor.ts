import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, InputType, ObjectType } from 'type-graphql';
import { BothFactorsInput } from './factors.js';
import {
  AccountLockedProblem,
  AuthAccessProblem,
  AuthConflictProblem,
  AuthInputProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  CodeProblem,
  InvalidCredentialsProblem,
} from './problems.js';
import { User } from './user.js';

@ObjectType({ description: 'An enrolment that is waiting for the first code.' })
export class TotpEnrolment {
  @Field(() => String, { description: 'The secret in base32, to type into the app; shown only once.' })
  secret!: string;

  @Field(() => String, { description: 'The secret as an `otpauth:` URI, for a QR code; shown only once.' })
  otpauthUri!: string;

  @Field(() => GraphQLDateTime, { description: 'When the enrolment expires.' })
  expiresAt!: Date;
}

@InputType({ description: 'Credentials for starting TOTP enrolment.' })
export class EnrolTotpInput {
  @Field(() => String, {
    nullable: true,
    description: 'The password; required unless it was verified within the last minute.',
  })
  password?: string | null;
}

@InputType({ description: 'The first code from the authenticator app.' })
export class ConfirmTotpInput {
  @Field(() => String, { description: 'The six digits that the app shows.' })
  code!: string;
}

@ObjectType({ description: 'New recovery codes; earlier ones no longer work.' })
export class RecoveryCodes {
  @Field(() => User, { description: 'The signed-in user.' })
  user!: User;

  @Field(() => [String], {
    description: 'Ten codes, shown only once; each can replace one authenticator code.',
  })
  codes!: string[];
}

@InputType({ description: 'Both factors, for turning the second one off.' })
export class DisableTotpInput extends BothFactorsInput {}

@ObjectType({ description: 'The second factor is off; its secret and the recovery codes are deleted.' })
export class TwoFactorDisabled {
  @Field(() => User, { description: 'The user.' })
  user!: User;
}

@InputType({ description: 'Both factors, for replacing the recovery codes.' })
export class RegenerateRecoveryCodesInput extends BothFactorsInput {}

export const EnrolTotpResult = createUnionType({
  name: 'EnrolTotpResult',
  description: 'Result of `enrolTotp`.',
  types: () =>
    [
      TotpEnrolment,
      InvalidCredentialsProblem,
      AccountLockedProblem,
      AuthAccessProblem,
      AuthConflictProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const ConfirmTotpResult = createUnionType({
  name: 'ConfirmTotpResult',
  description: 'Result of `confirmTotp`.',
  types: () =>
    [
      RecoveryCodes,
      CodeProblem,
      AccountLockedProblem,
      AuthAccessProblem,
      AuthConflictProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const DisableTotpResult = createUnionType({
  name: 'DisableTotpResult',
  description: 'Result of `disableTotp`.',
  types: () =>
    [
      TwoFactorDisabled,
      InvalidCredentialsProblem,
      CodeProblem,
      AccountLockedProblem,
      AuthAccessProblem,
      AuthConflictProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const RegenerateRecoveryCodesResult = createUnionType({
  name: 'RegenerateRecoveryCodesResult',
  description: 'Result of `regenerateRecoveryCodes`.',
  types: () =>
    [
      RecoveryCodes,
      InvalidCredentialsProblem,
      CodeProblem,
      AccountLockedProblem,
      AuthAccessProblem,
      AuthConflictProblem,
      AuthInputProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});
