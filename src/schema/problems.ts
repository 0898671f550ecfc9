import { GraphQLDateTime } from 'graphql-scalars';
import { type ClassType, Field, Int, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { type InputRule, inputRules, type PasswordRuleName, type Problem, type ProblemCode } from '../problems.js';

const codeDescriptions: Record<ProblemCode, string> = {
  INPUT_INVALID: 'Some input values are not acceptable; `fields` lists them.',
  PASSWORD_REJECTED: 'The new password violates the policy; `rules` lists the violated rules.',
  USERNAME_TAKEN: 'The username belongs to another account.',
  EMAIL_TAKEN:
    'An account with this address already exists; returned only if the gateway is configured to reveal accounts.',
  INVALID_CREDENTIALS: 'Unknown account or wrong password; which of the two is never revealed.',
  EMAIL_NOT_VERIFIED: 'The password is correct, but the address is not verified yet.',
  ACCOUNT_LOCKED:
    'Too many failed attempts, whether or not the account exists. The lock ends after a while, or when the password is reset or an admin lifts it.',
  ACCOUNT_DISABLED: 'The password is correct, but the account is disabled.',
  TWO_FACTOR_CODE_INVALID: 'The second-factor code is wrong or already used.',
  CHALLENGE_EXPIRED: 'The challenge is wrong, used, expired or out of attempts: sign in again.',
  CODE_INVALID: 'The code is wrong, used, expired, superseded or unknown; which of these is never revealed.',
  TOKEN_INVALID: 'The token is wrong, used, expired, superseded or unknown; which of these is never revealed.',
  REFRESH_REJECTED: 'The session has ended: sign in again.',
  REAUTHENTICATION_REQUIRED:
    'The user was last verified too long ago for this operation: call `reauthenticate` and retry.',
  UNAUTHENTICATED: 'The access token is missing, invalid, expired or revoked: refresh and retry, or sign in.',
  FORBIDDEN: 'Signed in, but not allowed to do this.',
  NOT_FOUND: 'The object does not exist or belongs to somebody else; which of the two is never revealed.',
  CONFLICT: 'The current state does not allow this, for example because the second factor is already on.',
  RATE_LIMITED: 'Too many attempts; retry after `retryAfterSeconds`.',
  TEMPORARILY_UNAVAILABLE: 'A required component is unavailable or busy; nothing was changed, and it is safe to retry.',
};

const ruleDescriptions: Record<PasswordRuleName, string> = {
  TOO_SHORT: 'Shorter than `passwordMinLength`.',
  TOO_LONG: 'Longer than `passwordMaxLength`.',
  NEEDS_UPPERCASE: 'No upper-case letter.',
  NEEDS_LOWERCASE: 'No lower-case letter.',
  NEEDS_DIGIT: 'No digit.',
  NEEDS_SYMBOL: 'No symbol.',
  TOO_COMMON: 'Appears in a list of common passwords.',
  TOO_WEAK: 'Estimated to be guessable within a few attempts.',
  RESEMBLES_ACCOUNT: "Little more than the account's address or name, or the product name.",
  REUSED: "One of this account's most recent passwords.",
  BREACHED: 'Appears in a known data breach.',
};

/** Registers an enum whose values equal their names, which the conversion to a subgraph requires. */
export function describedEnum<Name extends string>(
  name: string,
  description: string,
  values: Record<Name, string>,
): { [Key in Name]: Key } {
  const names = Object.keys(values) as Name[];
  const enumObject = Object.fromEntries(names.map((key) => [key, key])) as { [Key in Name]: Key };
  const valuesConfig = Object.fromEntries(names.map((key) => [key, { description: values[key] }])) as {
    [Key in Name]: { description: string };
  };
  registerEnumType(enumObject, { name, description, valuesConfig });
  return enumObject;
}

export const AuthProblemCode = describedEnum(
  'AuthProblemCode',
  'The stable name of an expected failure.',
  codeDescriptions,
);
export const PasswordRule = describedEnum('PasswordRule', 'A rule of the password policy.', ruleDescriptions);

@InterfaceType({ description: 'An expected failure; every result union includes the problems of its operation.' })
export abstract class AuthProblem {
  @Field(() => AuthProblemCode, { description: 'Stable code of the problem, for programs.' })
  code!: ProblemCode;

  @Field(() => String, { description: 'Description of the problem for people, in English.' })
  message!: string;
}

@InterfaceType({ implements: AuthProblem, description: 'An expected failure that a later retry may resolve.' })
export abstract class AuthRetryProblem extends AuthProblem {
  @Field(() => Int, { description: 'Seconds to wait before retrying.' })
  retryAfterSeconds!: number;
}

@ObjectType({ description: 'An input value that is not acceptable.' })
export class AuthFieldProblem {
  @Field(() => [String], { description: 'Path from the argument to the rejected field.' })
  path!: string[];

  @Field(() => String, { description: 'Description of the problem, for people.' })
  message!: string;

  @Field(() => String, {
    description: `The violated rule, for programs. One of: ${inputRules.map((rule) => `\`${rule}\``).join(', ')}.`,
  })
  rule!: InputRule;
}

@ObjectType({ implements: AuthProblem, description: 'INPUT_INVALID: some input values are not acceptable.' })
export class AuthInputProblem extends AuthProblem {
  @Field(() => [AuthFieldProblem], { description: 'Each rejected value.' })
  fields!: AuthFieldProblem[];
}

@ObjectType({ implements: AuthProblem, description: 'PASSWORD_REJECTED: the new password violates the policy.' })
export class PasswordRejectedProblem extends AuthProblem {
  @Field(() => [PasswordRule], { description: 'Every rule that the password violates.' })
  rules!: PasswordRuleName[];
}

@ObjectType({ implements: AuthProblem, description: 'USERNAME_TAKEN or EMAIL_TAKEN: another account uses this name.' })
export class IdentifierTakenProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'INVALID_CREDENTIALS: unknown account or wrong password.' })
export class InvalidCredentialsProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'EMAIL_NOT_VERIFIED: the address must be verified first.' })
export class EmailNotVerifiedProblem extends AuthProblem {
  @Field(() => GraphQLDateTime, { description: 'When a new code can be requested.' })
  resendAvailableAt!: Date;
}

@ObjectType({
  implements: AuthRetryProblem,
  description: 'ACCOUNT_LOCKED: too many failed attempts; the same for names without an account.',
})
export class AccountLockedProblem extends AuthRetryProblem {
  @Field(() => GraphQLDateTime, { description: 'When the lock expires.' })
  lockedUntil!: Date;
}

@ObjectType({
  implements: AuthProblem,
  description: 'ACCOUNT_DISABLED: the password is correct, but the account is disabled.',
})
export class AccountDisabledProblem extends AuthProblem {}

@ObjectType({
  implements: AuthProblem,
  description: 'CODE_INVALID, TWO_FACTOR_CODE_INVALID or CHALLENGE_EXPIRED: the code is not accepted.',
})
export class CodeProblem extends AuthProblem {
  @Field(() => Int, {
    nullable: true,
    description: 'Attempts left before a new code is required; null if attempts are not counted.',
  })
  attemptsLeft!: number | null;
}

@ObjectType({ implements: AuthProblem, description: 'TOKEN_INVALID: the token is not valid.' })
export class TokenProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'REFRESH_REJECTED: the session has ended.' })
export class RefreshRejectedProblem extends AuthProblem {}

@ObjectType({
  implements: AuthProblem,
  description: 'UNAUTHENTICATED, FORBIDDEN or REAUTHENTICATION_REQUIRED: the caller is not allowed to do this now.',
})
export class AuthAccessProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'CONFLICT: the current state does not allow this.' })
export class AuthConflictProblem extends AuthProblem {}

@ObjectType({
  implements: AuthProblem,
  description: 'NOT_FOUND: the object does not exist or belongs to somebody else.',
})
export class AuthNotFoundProblem extends AuthProblem {}

@ObjectType({ implements: AuthRetryProblem, description: 'RATE_LIMITED: too many attempts.' })
export class AuthRateLimitProblem extends AuthRetryProblem {
  @Field(() => Int, { description: 'Number of attempts allowed per window.' })
  limit!: number;
}

@ObjectType({
  implements: AuthRetryProblem,
  description: 'TEMPORARILY_UNAVAILABLE: a component is unavailable or busy.',
})
export class AuthUnavailableProblem extends AuthRetryProblem {}

/** The GraphQL type of each failure. A code that is missing here does not compile. */
export const problemTypes = {
  INPUT_INVALID: AuthInputProblem,
  PASSWORD_REJECTED: PasswordRejectedProblem,
  USERNAME_TAKEN: IdentifierTakenProblem,
  EMAIL_TAKEN: IdentifierTakenProblem,
  INVALID_CREDENTIALS: InvalidCredentialsProblem,
  EMAIL_NOT_VERIFIED: EmailNotVerifiedProblem,
  ACCOUNT_LOCKED: AccountLockedProblem,
  ACCOUNT_DISABLED: AccountDisabledProblem,
  TWO_FACTOR_CODE_INVALID: CodeProblem,
  CHALLENGE_EXPIRED: CodeProblem,
  CODE_INVALID: CodeProblem,
  TOKEN_INVALID: TokenProblem,
  REFRESH_REJECTED: RefreshRejectedProblem,
  REAUTHENTICATION_REQUIRED: AuthAccessProblem,
  UNAUTHENTICATED: AuthAccessProblem,
  FORBIDDEN: AuthAccessProblem,
  NOT_FOUND: AuthNotFoundProblem,
  CONFLICT: AuthConflictProblem,
  RATE_LIMITED: AuthRateLimitProblem,
  TEMPORARILY_UNAVAILABLE: AuthUnavailableProblem,
} satisfies Record<ProblemCode, ClassType<AuthProblem>>;

/** The failure as an instance of its GraphQL type. */
export function toProblemType(problem: Problem): AuthProblem {
  const { kind: _kind, ...data } = problem;
  return Object.assign(new problemTypes[problem.code](), data);
}
