import { operations } from './all.js';
import type { LimitPolicy } from './limit-policy.js';
import { effectivePolicies } from './limits.js';

/** Returns the limits of sign-ins for one account, with the operator's changes. */
export function loginWindows({ rateLimits }: { rateLimits: Parameters<typeof effectivePolicies>[2] }): LimitPolicy[] {
  const policies = effectivePolicies('login', operations.Mutation.login?.limits ?? [], rateLimits);
  return policies.filter(({ scope }) => scope === 'account');
}
