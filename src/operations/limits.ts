import { fieldRows, operations } from './all.js';
import type { LimitPolicy } from './limit-policy.js';

/** Number of users of one client that can use their whole limits: accounts are easy to obtain, networks are not. */
const USERS_PER_CLIENT = 10;

/** The limits of each limited field: type → field. Aliases count, because each is a call of the field. */
export const limitedFields: Readonly<Record<string, Readonly<Record<string, readonly LimitPolicy[]>>>> =
  Object.fromEntries(
    Object.entries({ ...operations, ...fieldRows }).map(([type, rows]) => [type, limitsOf(rows)] as const),
  );

function limitsOf(rows: Readonly<Record<string, { limits: readonly LimitPolicy[] }>>) {
  const limited = Object.entries(rows).filter(([, { limits }]) => limits.length > 0);
  return Object.fromEntries(limited.map(([field, { limits }]) => [field, limits]));
}

type Overrides = Readonly<Record<string, readonly Pick<LimitPolicy, 'points' | 'seconds'>[]>>;

/** Adds a client limit to user limits, ten times as large, unless the field has a client limit of its own. */
function besideUsers(field: string, policies: readonly LimitPolicy[], overrides: Overrides): LimitPolicy[] {
  if (policies.some(({ scope }) => scope === 'client')) return [];
  const ofUsers = policies.filter(({ scope }) => scope === 'user');
  const scaled = ofUsers.map(({ points, seconds }) => ({ points: points * USERS_PER_CLIENT, seconds }));
  const windows = ofUsers.length === 0 ? [] : (overrides[`${field}:client`] ?? scaled);
  return windows.map((window) => ({ scope: 'client', isQuiet: true, ...window }));
}

/** The operator's changes to the limits. */
interface Changes {
  overrides: Overrides;
  /** Factor for the points of every window that is not replaced. */
  factor: number;
  /** Lifetime of an access token in seconds. Without it, no limit follows it. */
  accessTokenTtl?: number;
}

/** The policies with the operator's changes: `field` or `field:scope` names what a setting replaces. */
export function effectivePolicies(
  field: string,
  policies: readonly LimitPolicy[],
  { overrides, factor, accessTokenTtl = Number.POSITIVE_INFINITY }: Changes,
): LimitPolicy[] {
  const effective = policies.flatMap((policy, index) => {
    const scoped = overrides[`${field}:${policy.scope}`] ?? (index === 0 ? overrides[field] : undefined);
    const needed = Math.ceil(((policy.perTokenLifetime ?? 0) * policy.seconds) / accessTokenTtl);
    if (scoped === undefined) return [{ ...policy, points: Math.max(policy.points, needed) * factor }];
    return scoped.map((window) => ({ ...policy, ...window }));
  });
  return [...effective, ...besideUsers(field, effective, overrides)];
}

/** Every name that RATE_LIMITS can give: each field, each field with a scope, and the budget of a typed address. */
export const limitNames: readonly string[] = [
  ...Object.values(limitedFields).flatMap((fields) =>
    Object.entries(fields).flatMap(([field, policies]) => [
      ...new Set([
        field,
        ...effectivePolicies(field, policies, { overrides: {}, factor: 1 }).map(({ scope }) => `${field}:${scope}`),
      ]),
    ]),
  ),
  'mail:address',
];
