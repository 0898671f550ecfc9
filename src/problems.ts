/** The rules that an input value can violate. */
export const inputRules = [
  'required',
  'blank',
  'too_long',
  'characters',
  'email',
  'local_part_ascii',
  'username',
  'code',
  'locale',
  'timezone',
  'oneOf',
  'unchanged',
  'range',
  'cursor',
  'length',
  'entity',
  'type',
] as const;

/** A rule that an input value can violate. */
export type InputRule = (typeof inputRules)[number];

/** Tells whether the value names an input rule. */
export function isInputRule(value: unknown): value is InputRule {
  return inputRules.some((rule) => rule === value);
}

/** A rejected field of an input: its path, the problem and the violated rule. */
export interface FieldProblem {
  path: string[];
  message: string;
  rule: InputRule;
}

/** A rule of the password policy that a password can fail. */
export type PasswordRuleName =
  | 'TOO_SHORT'
  | 'TOO_LONG'
  | 'NEEDS_UPPERCASE'
  | 'NEEDS_LOWERCASE'
  | 'NEEDS_DIGIT'
  | 'NEEDS_SYMBOL'
  | 'TOO_COMMON'
  | 'TOO_WEAK'
  | 'RESEMBLES_ACCOUNT'
  | 'REUSED'
  | 'BREACHED';

/** The data that each expected failure carries beside its code. */
export interface ProblemData {
  INPUT_INVALID: { fields: FieldProblem[] };
  PASSWORD_REJECTED: { rules: PasswordRuleName[] };
  USERNAME_TAKEN: object;
  EMAIL_TAKEN: object;
  INVALID_CREDENTIALS: object;
  EMAIL_NOT_VERIFIED: { resendAvailableAt: Date };
  ACCOUNT_LOCKED: { retryAfterSeconds: number; lockedUntil: Date };
  ACCOUNT_DISABLED: object;
  TWO_FACTOR_CODE_INVALID: { attemptsLeft: number | null };
  CHALLENGE_EXPIRED: { attemptsLeft: null };
  CODE_INVALID: { attemptsLeft: number | null };
  TOKEN_INVALID: object;
  REFRESH_REJECTED: object;
  REAUTHENTICATION_REQUIRED: object;
  UNAUTHENTICATED: object;
  FORBIDDEN: object;
  NOT_FOUND: object;
  CONFLICT: object;
  RATE_LIMITED: { limit: number; retryAfterSeconds: number };
  TEMPORARILY_UNAVAILABLE: { retryAfterSeconds: number };
}

/** The delay that TEMPORARILY_UNAVAILABLE suggests if it is unknown when the component returns. */
export const RETRY_SECONDS = 5;

/** The stable name of an expected failure. */
export type ProblemCode = keyof ProblemData;

/** The message of each failure, for people. It reveals nothing that an attacker could use. */
export const problemMessages: Record<ProblemCode, string> = {
  INPUT_INVALID: 'Some input values are not acceptable.',
  PASSWORD_REJECTED: 'This password does not meet the rules.',
  USERNAME_TAKEN: 'This username is taken.',
  EMAIL_TAKEN: 'An account with this email address already exists.',
  INVALID_CREDENTIALS: 'Unknown account or wrong password.',
  EMAIL_NOT_VERIFIED: 'This email address is not verified yet.',
  ACCOUNT_LOCKED: 'Too many failed attempts. Wait, or reset the password.',
  ACCOUNT_DISABLED: 'This account is disabled.',
  TWO_FACTOR_CODE_INVALID: 'This code is not valid. Wait for the next code, or use a recovery code.',
  CHALLENGE_EXPIRED: 'This sign-in has expired. Start again with your password.',
  CODE_INVALID: 'This code is not valid. Check it, or request a new one.',
  TOKEN_INVALID: 'This link or token is not valid. Request a new one.',
  REFRESH_REJECTED: 'This session has ended. Sign in again.',
  REAUTHENTICATION_REQUIRED: 'Confirm your identity to do this.',
  UNAUTHENTICATED: 'Sign in to do this.',
  FORBIDDEN: 'You are not allowed to do this.',
  NOT_FOUND: 'Not found.',
  CONFLICT: 'The current state does not allow this. Reload and try again.',
  RATE_LIMITED: 'Too many attempts. Try again later.',
  TEMPORARILY_UNAVAILABLE: 'Temporarily unavailable. Try again in a moment.',
};

/** An expected failure as data: returned by use-cases, never thrown by them. */
export type Problem<Code extends ProblemCode = ProblemCode> = Code extends ProblemCode
  ? { readonly kind: 'problem'; readonly code: Code; readonly message: string } & Readonly<ProblemData[Code]>
  : never;

/** Creates the failure `code`; codes with data of their own require it. */
export function problem<Code extends ProblemCode>(
  code: Code,
  ...data: keyof ProblemData[Code] extends never ? [] : [ProblemData[Code]]
): Problem<Code> {
  return { kind: 'problem', code, message: problemMessages[code], ...data[0] } as unknown as Problem<Code>;
}

/** Tells whether a value is a failure. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'problem' && 'code' in value;
}

/** Carries a failure through code that can only throw, such as a rate limit or an input check before the use-case. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** Rejects one field of an input. */
export function inputProblem(path: string[], rule: InputRule, message: string): Problem<'INPUT_INVALID'> {
  return problem('INPUT_INVALID', { fields: [{ path, rule, message }] });
}
