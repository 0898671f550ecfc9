import type { AuditRiskLevel } from '../../entities/audit-event.js';

/** The meaning of an audit event and its risk. */
interface AuditEventKind {
  description: string;
  /** The risk of a successful action. */
  risk: AuditRiskLevel;
  /** The risk of a rejected attempt. Defaults to `risk`. */
  refusedRisk?: AuditRiskLevel;
}

/** All events of the audit log. The list in `docs/audit.md` is generated from it. */
export const auditEvents = {
  SIGN_UP: {
    description: 'An account was created, or someone tried to sign up with an address that already has one.',
    risk: 'LOW',
  },
  EMAIL_VERIFICATION: { description: 'An address was verified by a code or a link.', risk: 'LOW' },
  EMAIL_CHANGE_REQUEST: { description: 'A change of address was requested.', risk: 'MEDIUM' },
  EMAIL_CHANGE: { description: 'The address of the account was changed.', risk: 'HIGH', refusedRisk: 'MEDIUM' },
  EMAIL_CHANGE_REVERT: {
    description: 'The change of address was reverted using the link sent to the old address.',
    risk: 'CRITICAL',
    refusedRisk: 'MEDIUM',
  },
  PROFILE_UPDATE: { description: 'The name, username, language or time zone was changed.', risk: 'LOW' },
  ACCOUNT_DISABLE: { description: 'An admin or an operator disabled the account.', risk: 'HIGH' },
  ACCOUNT_ENABLE: { description: 'An admin or an operator re-enabled the account.', risk: 'HIGH' },
  ROLE_CHANGE: { description: 'The role of the account was changed.', risk: 'HIGH' },
  ACCOUNT_DELETE: { description: 'The owner or an admin deleted the account.', risk: 'HIGH' },
  USER_INVITE: { description: 'An admin created an account and invited its owner.', risk: 'HIGH' },
  EMAIL_VERIFICATION_RESEND: {
    description: 'A member of staff sent the verification email again.',
    risk: 'MEDIUM',
  },
  PASSWORD_CHANGE_REQUIRE: { description: 'An admin required a new password.', risk: 'HIGH' },
  LOGIN: { description: 'The user signed in with a password.', risk: 'LOW', refusedRisk: 'MEDIUM' },
  TOKEN_EXCHANGE: {
    description: 'The user signed in with the exchange token issued when the address was verified.',
    risk: 'LOW',
    refusedRisk: 'MEDIUM',
  },
  TWO_FACTOR: { description: 'The user completed the second step of a sign-in.', risk: 'LOW', refusedRisk: 'HIGH' },
  NEW_DEVICE: { description: 'The user signed in on a new device.', risk: 'MEDIUM' },
  REAUTHENTICATION: { description: 'The signed-in user reauthenticated.', risk: 'LOW', refusedRisk: 'HIGH' },
  ACCOUNT_LOCK: { description: 'A sign-in name was locked after too many failed attempts.', risk: 'HIGH' },
  ACCOUNT_UNLOCK: { description: 'A lock was lifted before it expired.', risk: 'MEDIUM' },
  REFRESH: { description: 'The tokens of a session were refreshed.', risk: 'LOW', refusedRisk: 'MEDIUM' },
  REFRESH_REUSE: { description: 'A refresh token was reused, and its session was ended.', risk: 'CRITICAL' },
  LOGOUT: { description: 'The user signed out.', risk: 'LOW' },
  SESSION_REVOKE: { description: 'The user or staff ended sessions of the account.', risk: 'MEDIUM' },
  SESSION_REPORT: {
    description: 'The user reported an unrecognised sign-in, and every session of the account was ended.',
    risk: 'CRITICAL',
    refusedRisk: 'MEDIUM',
  },
  PASSWORD_RESET_REQUEST: { description: 'A password reset was requested.', risk: 'MEDIUM' },
  PASSWORD_RESET_CODE: { description: 'A password reset code was entered.', risk: 'MEDIUM', refusedRisk: 'HIGH' },
  PASSWORD_RESET: { description: 'The password was reset.', risk: 'HIGH', refusedRisk: 'MEDIUM' },
  PASSWORD_CHANGE: { description: 'The password was changed.', risk: 'MEDIUM', refusedRisk: 'HIGH' },
  PASSWORD_BREACHED: { description: 'The password was found in a known breach.', risk: 'HIGH' },
  TOTP_ENROLMENT: { description: 'Enrolment of an authenticator app was started.', risk: 'MEDIUM' },
  TOTP_ENABLE: { description: 'Two-factor authentication was enabled.', risk: 'MEDIUM', refusedRisk: 'MEDIUM' },
  TOTP_DISABLE: { description: 'Two-factor authentication was disabled.', risk: 'HIGH', refusedRisk: 'HIGH' },
  RECOVERY_CODE_USE: { description: 'A recovery code was used instead of an authenticator code.', risk: 'HIGH' },
  RECOVERY_CODES_REPLACE: {
    description: 'New recovery codes replaced the old ones.',
    risk: 'MEDIUM',
    refusedRisk: 'HIGH',
  },
  MAIL_RETRY: { description: 'An admin had a failed or discarded email sent again.', risk: 'MEDIUM' },
  MAIL_TEST: { description: 'An admin sent a test email.', risk: 'LOW', refusedRisk: 'MEDIUM' },
  SIGNING_KEY_ROTATE: {
    description: 'An admin or an operator rotated the signing key of the access tokens.',
    risk: 'HIGH',
  },
  SERVICE_CLIENT_CREATE: { description: 'An admin or an operator created a service client.', risk: 'HIGH' },
  SERVICE_CLIENT_ROTATE: {
    description: 'An admin or an operator replaced the secret of a service client.',
    risk: 'HIGH',
  },
  SERVICE_CLIENT_REVOKE: { description: 'An admin or an operator revoked a service client.', risk: 'HIGH' },
  SERVICE_CLIENT_AUTHENTICATION: {
    description:
      'The credential of a service client was refused; recorded once a minute for each client, reason and network, and at most 20 times a minute for each client.',
    risk: 'MEDIUM',
  },
  LIMIT_EXCEEDED: { description: 'A rate limit was exceeded for the first time in its window.', risk: 'MEDIUM' },
  ADMIN_READ: {
    description: 'A member of staff read the details of the account; recorded at most once an hour.',
    risk: 'LOW',
  },
  ADMIN_EXPORT: {
    description: 'An admin exported accounts or audit events; recorded when the export begins and ends.',
    risk: 'HIGH',
  },
  ACCESS_DENIED: {
    description: 'A signed-in user or a service requested an operation that is not permitted.',
    risk: 'MEDIUM',
  },
} as const satisfies Record<string, AuditEventKind>;

/** The name of an event. */
export type AuditEventType = keyof typeof auditEvents;

/** The risk of an event, depending on whether the action succeeded. */
export function riskOf(type: AuditEventType, success: boolean): AuditRiskLevel {
  const kind: AuditEventKind = auditEvents[type];
  return success ? kind.risk : (kind.refusedRisk ?? kind.risk);
}
