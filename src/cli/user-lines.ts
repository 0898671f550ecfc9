import type { Remedy, SignInObstacle } from '../services/admin/sign-in-obstacle.js';
import type { AdminUserRecord } from '../services/admin/user-record.js';
import type { SessionRecord } from '../services/sessions/session-record.js';

function line(name: string, value: Date | string | null | undefined): string[] {
  if (value == null) return [];
  return [`${`${name}:`.padEnd(18)}${value instanceof Date ? value.toISOString() : value}`];
}

/** An account in lines; facts that it lacks are left out. */
export function describeUser(user: AdminUserRecord): string {
  return [
    ...line('id', user.id),
    ...line('address', user.email),
    ...line('username', user.username),
    ...line('name', user.displayName),
    ...line('role', user.role),
    ...line('state', user.state),
    ...line('verified', user.emailVerifiedAt),
    ...line('second factor', user.twoFactorEnabledAt),
    ...line('locked until', user.lockedUntil),
    ...line('disabled', user.disabledAt),
    ...line('breached', user.passwordBreachedAt),
    ...line('password set', user.passwordChangedAt),
    ...line('last sign-in', user.lastLoginAt),
    ...line('created', user.createdAt),
  ].join('\n');
}

/** What removes an obstacle: the command for the address, or what the owner does. */
const REMEDIES: Record<Remedy, (email: string) => string> = {
  UNLOCK: (email) => `gatehouse users unlock ${email}`,
  ENABLE: (email) => `gatehouse users enable ${email}`,
  RESET_TWO_FACTOR: (email) => `gatehouse users reset-two-factor ${email}`,
  RESEND_VERIFICATION: () => 'the owner asks for another code, and verifies the address',
  SEND_PASSWORD_RESET: () => 'the owner resets the password',
};

/** What stands between the owner of an account and a session, in lines. */
export function describeObstacle({ explanation, remedy }: SignInObstacle, email: string): string {
  return [
    ...line('cannot sign in', explanation),
    ...line('remedy', remedy === null ? null : REMEDIES[remedy](email)),
  ].join('\n');
}

/** A session in one line. */
export function describeSession(session: SessionRecord): string {
  const device =
    session.deviceName ?? ([session.browser, session.operatingSystem].filter(Boolean).join(' on ') || 'unknown device');
  const place = [session.ipAddress, session.city, session.country].filter(Boolean).join(', ');
  const facts = [`last used ${session.lastActivityAt.toISOString()}`, `expires ${session.expiresAt.toISOString()}`];
  return [session.id, device, place, ...facts].filter(Boolean).join('  ');
}
