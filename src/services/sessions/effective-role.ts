import type { UseCaseContext } from '../use-case.js';

/** The mark of a proven second factor among a session's methods (RFC 8176). */
export const MULTI_FACTOR = 'mfa';

/**
 * The role that a session's access tokens carry. One that asks for a second factor is held by sessions that proved it; every
 * subgraph that reads the token sees the lesser role of the others.
 */
export function effectiveRole(
  settings: UseCaseContext['settings'],
  role: string,
  authenticationMethods: readonly string[],
): string {
  const asksForMore = settings.twoFactorRequiredRoles.includes(role) && !authenticationMethods.includes(MULTI_FACTOR);
  return asksForMore ? settings.defaultRole : role;
}
