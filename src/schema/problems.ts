import { GraphQLDateTime } from 'graphql-scalars';
import { type ClassType, Field, Int, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import type { PasswordRuleName, Problem, ProblemCode } from '../problems.js';

const codeDescriptions: Record<ProblemCode, string> = {
  INPUT_INVALID: 'A value of the input cannot be used; `fields` names each one.',
  PASSWORD_REJECTED: 'The new password fails rules of the policy; `rules` names each one.',
  USERNAME_TAKEN: 'The username belongs to another account.',
  EMAIL_TAKEN: 'The address has an account already; told only where the gateway is set to reveal accounts.',
  INVALID_CREDENTIALS: 'Unknown account or wrong password; which of the two is never told.',
  EMAIL_NOT_VERIFIED: 'The password is right, and the address still has to be verified.',
  ACCOUNT_LOCKED:
    'Too many wrong tries, whether or not there is such an account; ends by itself, by a password reset or by an admin.',
  ACCOUNT_DISABLED: 'The password is right, and the account is disabled.',
  TWO_FACTOR_CODE_INVALID: 'The code of the second factor is wrong, or was used already.',
  CHALLENGE_EXPIRED: 'The challenge is wrong, used, expired or out of tries: sign in again.',
  CODE_INVALID: 'The code is wrong, used, expired, superseded or unknown; which of these is never told.',
  TOKEN_INVALID: 'The token is wrong, used, expired, superseded or unknown; which of these is never told.',
  REFRESH_REJECTED: 'The session cannot go on: sign in again.',
  REAUTHENTICATION_REQUIRED: 'The last proof of who is there is too old for this: call `reauthenticate` and try again.',
  UNAUTHENTICATED: 'No access token, or one that is invalid, expired or revoked: refresh and try again, else sign in.',
  FORBIDDEN: 'Signed in, and not allowed to do this.',
  NOT_FOUND: 'It does not exist, or it belongs to somebody else; which of the two is never told.',
  CONFLICT: 'It does not fit the present state, such as a second factor that is on already.',
  RATE_LIMITED: 'Too many tries; `retryAfterSeconds` tells when the next one counts.',
  TEMPORARILY_UNAVAILABLE: 'A part that this needs is away or busy; nothing was changed, and trying again is safe.',
};

const ruleDescriptions: Record<PasswordRuleName, string> = {
  TOO_SHORT: 'Fewer characters than `passwordMinLength`.',
  TOO_LONG: 'More characters than `passwordMaxLength`.',
  NEEDS_UPPERCASE: 'No upper-case letter.',
  NEEDS_LOWERCASE: 'No lower-case letter.',
  NEEDS_DIGIT: 'No digit.',
  NEEDS_SYMBOL: 'No symbol.',
  TOO_COMMON: 'One of the passwords that are tried first.',
  TOO_WEAK: 'Guessed within few tries, as its estimate says.',
  RESEMBLES_ACCOUNT: "Hardly more than the account's own address or name, or the name of this product.",
  REUSED: 'One of the latest passwords of this account.',
  BREACHED: 'Known from a breach.',
};

/** An enum whose values are their own names, as the way to a subgraph needs them. */
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

@InterfaceType({ description: 'An expected failure. Every result union has its failures among its members.' })
export abstract class AuthProblem {
  @Field(() => AuthProblemCode, { description: 'What went wrong, for programs.' })
  code!: ProblemCode;

  @Field(() => String, { description: 'What went wrong, for people; English.' })
  message!: string;
}

@ObjectType({ description: 'One value of an input that cannot be used.' })
export class AuthFieldProblem {
  @Field(() => [String], { description: 'Where the value is: the names on the way from the argument to the field.' })
  path!: string[];

  @Field(() => String, { description: 'What is wrong with it, for people.' })
  message!: string;

  @Field(() => String, { description: 'The rule that refused it, for programs.' })
  rule!: string;
}

@ObjectType({ implements: AuthProblem, description: 'INPUT_INVALID: values of the input cannot be used.' })
export class AuthInputProblem extends AuthProblem {
  @Field(() => [AuthFieldProblem], { description: 'Each refused value.' })
  fields!: AuthFieldProblem[];
}

@ObjectType({ implements: AuthProblem, description: 'PASSWORD_REJECTED: the new password fails the policy.' })
export class PasswordRejectedProblem extends AuthProblem {
  @Field(() => [PasswordRule], { description: 'Every rule that it fails.' })
  rules!: PasswordRuleName[];
}

@ObjectType({ implements: AuthProblem, description: 'USERNAME_TAKEN or EMAIL_TAKEN: another account has this name.' })
export class IdentifierTakenProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'INVALID_CREDENTIALS: unknown account or wrong password.' })
export class InvalidCredentialsProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'EMAIL_NOT_VERIFIED: the address has to be verified first.' })
export class EmailNotVerifiedProblem extends AuthProblem {
  @Field(() => GraphQLDateTime, { description: 'From when a new code can be asked for.' })
  resendAvailableAt!: Date;
}

@ObjectType({
  implements: AuthProblem,
  description: 'ACCOUNT_LOCKED: too many wrong tries; the same for names that have no account.',
})
export class AccountLockedProblem extends AuthProblem {
  @Field(() => Int, { description: 'Seconds until a new try is worth it.' })
  retryAfterSeconds!: number;

  @Field(() => GraphQLDateTime, { description: 'When the lock ends by itself.' })
  lockedUntil!: Date;
}

@ObjectType({ implements: AuthProblem, description: 'ACCOUNT_DISABLED: the account may not sign in.' })
export class AccountDisabledProblem extends AuthProblem {}

@ObjectType({
  implements: AuthProblem,
  description: 'CODE_INVALID, TWO_FACTOR_CODE_INVALID or CHALLENGE_EXPIRED: the code opens nothing.',
})
export class CodeProblem extends AuthProblem {
  @Field(() => Int, {
    nullable: true,
    description: 'Tries left before a new code is needed; null where it is not counted.',
  })
  attemptsLeft!: number | null;
}

@ObjectType({ implements: AuthProblem, description: 'TOKEN_INVALID: the token opens nothing.' })
export class TokenProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'REFRESH_REJECTED: the session has ended.' })
export class RefreshRejectedProblem extends AuthProblem {}

@ObjectType({
  implements: AuthProblem,
  description: 'UNAUTHENTICATED, FORBIDDEN or REAUTHENTICATION_REQUIRED: the caller may not do this now.',
})
export class AuthAccessProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'CONFLICT: it does not fit the present state.' })
export class AuthConflictProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'NOT_FOUND: it does not exist for the caller.' })
export class AuthNotFoundProblem extends AuthProblem {}

@ObjectType({ implements: AuthProblem, description: 'RATE_LIMITED: too many tries.' })
export class AuthRateLimitProblem extends AuthProblem {
  @Field(() => Int, { description: 'Tries that a window allows.' })
  limit!: number;

  @Field(() => Int, { description: 'Seconds until the window ends.' })
  retryAfterSeconds!: number;
}

@ObjectType({ implements: AuthProblem, description: 'TEMPORARILY_UNAVAILABLE: a part is away or busy.' })
export class AuthUnavailableProblem extends AuthProblem {
  @Field(() => Int, { nullable: true, description: 'Seconds after which a new try is worth it; null when unknown.' })
  retryAfterSeconds!: number | null;
}

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
