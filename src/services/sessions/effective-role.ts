import type { UseCaseContext } from '../use-case.js';

/** The authentication method that marks a verified second factor (RFC 8176). */
export const MULTI_FACTOR = 'mfa';

/**
 * Returns the role that a session's access tokens carry. A role that requires a second factor is given only to sessions
 * that verified one. Every subgraph that reads the token sees the default role for the others.
 */
export function effectiveRole(
  settings: UseCaseContext['settings'],
  role: string,
  authenticationMethods: readonly string[],
): string {
  const asksForMore = settings.twoFactorRequiredRoles.includes(role) && !authenticationMethods.includes(MULTI_FACTOR);
  return asksForMore ? settings.defaultRole : role;
}
