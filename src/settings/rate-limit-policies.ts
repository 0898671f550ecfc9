/** The caller or name that a limit counts. */
export type Scope = 'client' | 'email' | 'account' | 'session' | 'user';

/** One limit of a field. */
export interface Policy {
  scope: Scope;
  /** Tries in a window. */
  points: number;
  /** The window. */
  seconds: number;
  /** Whether its figures are told only once it refuses. */
  isQuiet?: boolean;
}

const HOUR = 3_600;
const DAY = 86_400;

/** What a page reads is far below, so that its figures would be in the way of others. */
const LIST_READS: Policy = { scope: 'user', points: 300, seconds: HOUR, isQuiet: true };

/** How many users of one network are let do as much as they may: accounts are for the asking, networks are not. */
const USERS_PER_CLIENT = 10;

/**
 * Every limit: field → whom it counts, how many, in how long. Aliases count, as each is a call of the field. Beside each limit
 * of a user stands one of the user's client.
 */
export const rateLimitPolicies: Record<string, Record<string, Policy[]>> = {
  Query: {
    authConfig: [{ scope: 'client', points: 100, seconds: HOUR }],
    csrfToken: [{ scope: 'client', points: 100, seconds: HOUR }],
    mySessions: [LIST_READS],
    myAuditEvents: [LIST_READS],
  },
  User: { sessions: [LIST_READS] },
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

type Overrides = Readonly<Record<string, readonly Pick<Policy, 'points' | 'seconds'>[]>>;

/** Ten users' worth for the client of a limited user, unless the client has a limit of its own. */
function besideUsers(field: string, policies: Policy[], overrides: Overrides): Policy[] {
  if (policies.some(({ scope }) => scope === 'client')) return [];
  const ofUsers = policies.filter(({ scope }) => scope === 'user');
  const scaled = ofUsers.map(({ points, seconds }) => ({ points: points * USERS_PER_CLIENT, seconds }));
  const windows = ofUsers.length === 0 ? [] : (overrides[`${field}:client`] ?? scaled);
  return windows.map((window) => ({ scope: 'client', isQuiet: true, ...window }));
}

/** What RATE_LIMITS makes of the table. */
interface Changes {
  overrides: Overrides;
  /** Factor for the points of every window that is not replaced. */
  factor: number;
}

/** The policies with the operator's changes: `field` or `field:scope` names what a setting replaces. */
export function effectivePolicies(field: string, policies: Policy[], { overrides, factor }: Changes): Policy[] {
  const effective = policies.flatMap((policy, index) => {
    const scoped = overrides[`${field}:${policy.scope}`] ?? (index === 0 ? overrides[field] : undefined);
    if (scoped === undefined) return [{ ...policy, points: policy.points * factor }];
    return scoped.map((window) => ({ ...policy, ...window }));
  });
  return [...effective, ...besideUsers(field, effective, overrides)];
}

/** Every name that RATE_LIMITS can give: each field, each field with a scope, and the budget of a typed address. */
export const limitNames: readonly string[] = [
  ...Object.values(rateLimitPolicies).flatMap((fields) =>
    Object.entries(fields).flatMap(([field, policies]) => [
      ...new Set([
        field,
        ...effectivePolicies(field, policies, { overrides: {}, factor: 1 }).map(({ scope }) => `${field}:${scope}`),
      ]),
    ]),
  ),
  'mail:address',
];
