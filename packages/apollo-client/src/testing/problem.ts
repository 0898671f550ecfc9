/** The types of the problems by their codes, where a code belongs to one type. */
const TYPES: Record<string, string> = {
  INPUT_INVALID: 'AuthInputProblem',
  PASSWORD_REJECTED: 'PasswordRejectedProblem',
  USERNAME_TAKEN: 'IdentifierTakenProblem',
  EMAIL_TAKEN: 'IdentifierTakenProblem',
  INVALID_CREDENTIALS: 'InvalidCredentialsProblem',
  EMAIL_NOT_VERIFIED: 'EmailNotVerifiedProblem',
  ACCOUNT_LOCKED: 'AccountLockedProblem',
  ACCOUNT_DISABLED: 'AccountDisabledProblem',
  TWO_FACTOR_CODE_INVALID: 'CodeProblem',
  CHALLENGE_EXPIRED: 'CodeProblem',
  CODE_INVALID: 'CodeProblem',
  TOKEN_INVALID: 'TokenProblem',
  REFRESH_REJECTED: 'RefreshRejectedProblem',
  REAUTHENTICATION_REQUIRED: 'AuthAccessProblem',
  UNAUTHENTICATED: 'AuthAccessProblem',
  FORBIDDEN: 'AuthAccessProblem',
  NOT_FOUND: 'AuthNotFoundProblem',
  CONFLICT: 'AuthConflictProblem',
  RATE_LIMITED: 'AuthRateLimitProblem',
  TEMPORARILY_UNAVAILABLE: 'AuthUnavailableProblem',
};

const FIELDS: Record<string, object> = {
  INPUT_INVALID: { fields: [] },
  PASSWORD_REJECTED: { rules: ['TOO_SHORT'] },
  RATE_LIMITED: { retryAfterSeconds: 60, limit: 10 },
  TEMPORARILY_UNAVAILABLE: { retryAfterSeconds: 2 },
  ACCOUNT_LOCKED: { retryAfterSeconds: 60, lockedUntil: '2030-01-01T00:00:00.000Z' },
  EMAIL_NOT_VERIFIED: { resendAvailableAt: '2030-01-01T00:00:00.000Z' },
};

/** A problem that the gateway can return. */
export interface FakeProblem {
  __typename: string;
  code: string;
  message: string;
  [field: string]: unknown;
}

/** Creates a problem by its code, such as `problem('RATE_LIMITED', { retryAfterSeconds: 3 })`. */
export function problem(code: string, fields: Record<string, unknown> = {}): FakeProblem {
  const __typename = TYPES[code];
  if (__typename === undefined) throw new Error(`The gateway has no problem ${code}.`);
  return { __typename, code, message: `${code} (of a test)`, attemptsLeft: null, ...FIELDS[code], ...fields };
}
