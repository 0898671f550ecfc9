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

@ObjectType({ description: 'An authenticator app that waits for its first code.' })
export class TotpEnrolment {
  @Field(() => String, { description: 'The secret for typing into the app, as base32; shown this once.' })
  secret!: string;

  @Field(() => String, { description: 'The same as an `otpauth:` address for a QR code; shown this once.' })
  otpauthUri!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when `confirmTotp` takes its code.' })
  expiresAt!: Date;
}

@InputType({ description: 'What beginning an authenticator app is proven with.' })
export class EnrolTotpInput {
  @Field(() => String, {
    nullable: true,
    description: 'The password; needed unless the sign-in by password is less than a minute old.',
  })
  password?: string | null;
}

@InputType({ description: 'A first code of the authenticator app.' })
export class ConfirmTotpInput {
  @Field(() => String, { description: 'The six digits that the app shows.' })
  code!: string;
}

@ObjectType({ description: 'New recovery codes; those before them are void.' })
export class RecoveryCodes {
  @Field(() => [String], {
    description: 'Ten codes, shown this once; each stands in one time for the authenticator app.',
  })
  codes!: string[];
}

@InputType({ description: 'Both factors, to switch the second one off.' })
export class DisableTotpInput extends BothFactorsInput {}

@ObjectType({ description: 'The second factor is off; secret and recovery codes are forgotten.' })
export class TwoFactorDisabled {
  @Field(() => User, { description: 'Whose it was.' })
  user!: User;
}

@InputType({ description: 'Both factors, to get new recovery codes.' })
export class RegenerateRecoveryCodesInput extends BothFactorsInput {}

export const EnrolTotpResult = createUnionType({
  name: 'EnrolTotpResult',
  description: 'What beginning an authenticator app comes to.',
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
  description: 'What a first code comes to.',
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
  description: 'What switching the second factor off comes to.',
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
  description: 'What asking for new recovery codes comes to.',
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
