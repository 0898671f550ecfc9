/** The caller or name that a limit counts. */
export type Scope = 'client' | 'email' | 'account' | 'session' | 'user';

/** One limit of a field. */
export interface Policy {
  scope: Scope;
  /** Tries in a window. */
  points: number;
  /** The window. */
  seconds: number;
}

const HOUR = 3_600;
const DAY = 86_400;

/** Every limit: field → whom it counts, how many, in how long. Aliases count, as each is a call of the field. */
export const rateLimitPolicies: Record<string, Record<string, Policy[]>> = {
  Query: {
    authConfig: [{ scope: 'client', points: 100, seconds: HOUR }],
    csrfToken: [{ scope: 'client', points: 100, seconds: HOUR }],
  },
  Mutation: {
    signup: [{ scope: 'client', points: 5, seconds: HOUR }],
    verifyEmail: [
      { scope: 'client', points: 10, seconds: HOUR },
      { scope: 'email', points: 20, seconds: DAY },
    ],
    verifyEmailWithToken: [{ scope: 'client', points: 10, seconds: HOUR }],
    resendVerification: [{ scope: 'client', points: 5, seconds: HOUR }],
    login: [
      { scope: 'client', points: 25, seconds: HOUR },
      { scope: 'account', points: 10, seconds: HOUR },
    ],
    refresh: [{ scope: 'session', points: 60, seconds: HOUR }],
    exchangeToken: [{ scope: 'client', points: 10, seconds: HOUR }],
    completeTwoFactor: [{ scope: 'client', points: 25, seconds: HOUR }],
    reauthenticate: [{ scope: 'user', points: 10, seconds: HOUR }],
    requestPasswordReset: [{ scope: 'client', points: 5, seconds: HOUR }],
    verifyPasswordResetCode: [
      { scope: 'client', points: 10, seconds: HOUR },
      { scope: 'email', points: 20, seconds: DAY },
    ],
    resetPassword: [{ scope: 'client', points: 10, seconds: HOUR }],
    changePassword: [{ scope: 'user', points: 10, seconds: HOUR }],
    enrolTotp: [{ scope: 'user', points: 10, seconds: HOUR }],
    confirmTotp: [{ scope: 'user', points: 20, seconds: HOUR }],
    disableTotp: [{ scope: 'user', points: 10, seconds: HOUR }],
    regenerateRecoveryCodes: [{ scope: 'user', points: 10, seconds: HOUR }],
    deleteAccount: [{ scope: 'user', points: 10, seconds: HOUR }],
    updateProfile: [{ scope: 'user', points: 30, seconds: HOUR }],
    requestEmailChange: [{ scope: 'user', points: 5, seconds: HOUR }],
    confirmEmailChange: [
      { scope: 'user', points: 10, seconds: HOUR },
      { scope: 'user', points: 20, seconds: DAY },
    ],
    revertEmailChange: [{ scope: 'client', points: 10, seconds: HOUR }],
    reportSession: [{ scope: 'client', points: 10, seconds: HOUR }],
    revokeSession: [{ scope: 'user', points: 30, seconds: HOUR }],
    revokeOtherSessions: [{ scope: 'user', points: 10, seconds: HOUR }],
  },
};

/** Every name that RATE_LIMITS can give: each field, each field with a scope, and the budget of a typed address. */
export const limitNames: readonly string[] = [
  ...Object.values(rateLimitPolicies).flatMap((fields) =>
    Object.entries(fields).flatMap(([field, policies]) => [
      ...new Set([field, ...policies.map(({ scope }) => `${field}:${scope}`)]),
    ]),
  ),
  'mail:address',
];
