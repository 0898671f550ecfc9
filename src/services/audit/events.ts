import type { AuditRiskLevel } from '../../entities/audit-event.js';

/** What an event of the audit log means, and how much it should worry whoever reads it. */
interface AuditEventKind {
  description: string;
  /** When it succeeded. */
  risk: AuditRiskLevel;
  /** When it was refused; the same where it is left out. */
  refusedRisk?: AuditRiskLevel;
}

/** The closed list of what is written to the audit log; `docs/audit.md` is generated from it. */
export const auditEvents = {
  SIGN_UP: { description: 'An account was made, or somebody tried with an address that has one.', risk: 'LOW' },
  EMAIL_VERIFICATION: { description: 'An address was proven by its code or link.', risk: 'LOW' },
  EMAIL_CHANGE_REQUEST: { description: 'A change to another address was asked for.', risk: 'MEDIUM' },
  EMAIL_CHANGE: { description: 'The account moved to another address.', risk: 'HIGH', refusedRisk: 'MEDIUM' },
  EMAIL_CHANGE_REVERT: {
    description: 'The old address took the account back.',
    risk: 'CRITICAL',
    refusedRisk: 'MEDIUM',
  },
  PROFILE_UPDATE: { description: 'Name, username, language or time zone changed.', risk: 'LOW' },
  ACCOUNT_DISABLE: { description: 'An operator disabled the account.', risk: 'HIGH' },
  ACCOUNT_ENABLE: { description: 'An operator enabled the account again.', risk: 'HIGH' },
  ROLE_CHANGE: { description: 'The account got another role.', risk: 'HIGH' },
  ACCOUNT_DELETE: { description: 'The owner deleted the account.', risk: 'HIGH' },
  LOGIN: { description: 'A sign-in by password.', risk: 'LOW', refusedRisk: 'MEDIUM' },
  TOKEN_EXCHANGE: {
    description: 'A sign-in with the token of a verified address.',
    risk: 'LOW',
    refusedRisk: 'MEDIUM',
  },
  TWO_FACTOR: { description: 'The second step of a sign-in.', risk: 'LOW', refusedRisk: 'HIGH' },
  NEW_DEVICE: { description: 'A sign-in on a device that the account did not know.', risk: 'MEDIUM' },
  REAUTHENTICATION: { description: 'Whoever is signed in proved it again.', risk: 'LOW', refusedRisk: 'HIGH' },
  ACCOUNT_LOCK: { description: 'Too many wrong tries locked a name.', risk: 'HIGH' },
  ACCOUNT_UNLOCK: { description: 'A lock was lifted before its time.', risk: 'MEDIUM' },
  REFRESH: { description: 'A session got its next tokens.', risk: 'LOW', refusedRisk: 'MEDIUM' },
  REFRESH_REUSE: { description: 'A used refresh token came back, and its session ended.', risk: 'CRITICAL' },
  LOGOUT: { description: 'A session was signed out.', risk: 'LOW' },
  SESSION_REVOKE: { description: 'The user ended one session, or all others.', risk: 'MEDIUM' },
  SESSION_REPORT: {
    description: 'The user did not know a sign-in and ended it.',
    risk: 'CRITICAL',
    refusedRisk: 'MEDIUM',
  },
  PASSWORD_RESET_REQUEST: { description: 'A password reset was asked for.', risk: 'MEDIUM' },
  PASSWORD_RESET_CODE: { description: 'The code of a password reset was tried.', risk: 'MEDIUM', refusedRisk: 'HIGH' },
  PASSWORD_RESET: { description: 'The password was reset.', risk: 'HIGH', refusedRisk: 'MEDIUM' },
  PASSWORD_CHANGE: { description: 'The password was changed.', risk: 'MEDIUM', refusedRisk: 'HIGH' },
  PASSWORD_BREACHED: { description: 'The password was found in a breach.', risk: 'HIGH' },
  TOTP_ENROLMENT: { description: 'A new authenticator app was begun.', risk: 'MEDIUM' },
  TOTP_ENABLE: { description: 'The second factor was switched on.', risk: 'MEDIUM', refusedRisk: 'MEDIUM' },
  TOTP_DISABLE: { description: 'The second factor was switched off.', risk: 'HIGH', refusedRisk: 'HIGH' },
  RECOVERY_CODE_USE: { description: 'A recovery code stood in for the authenticator app.', risk: 'HIGH' },
  RECOVERY_CODES_REPLACE: {
    description: 'New recovery codes voided the old ones.',
    risk: 'MEDIUM',
    refusedRisk: 'HIGH',
  },
  LIMIT_EXCEEDED: { description: 'A rate limit was overrun, for the first time in its window.', risk: 'MEDIUM' },
  ACCESS_DENIED: { description: 'Somebody who is signed in asked for what they may not do.', risk: 'MEDIUM' },
} as const satisfies Record<string, AuditEventKind>;

/** The name of an event. */
export type AuditEventType = keyof typeof auditEvents;

/** The risk of an event by how it ended. */
export function riskOf(type: AuditEventType, success: boolean): AuditRiskLevel {
  const kind: AuditEventKind = auditEvents[type];
  return success ? kind.risk : (kind.refusedRisk ?? kind.risk);
}
