import { run, sql } from '../../lib/sql.js';
import { lockRows } from '../locks.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import { issueResetTicket, type ResetTicket } from '../passwords/reset-ticket.js';
import type { SignInUser } from '../users/user-columns.js';
import type { Work } from '../work.js';

/**
 * Every factor is verified, but the password is breached or was chosen by two people, or an admin requires a new one. It
 * permits only a reset.
 */
export interface PasswordChangeRequired extends ResetTicket {
  kind: 'password-change-required';
}

/** The audit events of the steps that sign in. */
export type SignInEventType = 'LOGIN' | 'TWO_FACTOR' | 'TOKEN_EXCHANGE';

/** Why a password permits only a reset, as the audit event of the sign-in says. */
export const passwordReasons = ['BREACHED', 'CONTESTED', 'REQUIRED'] as const;

function reasonOf({ passwordContestedAt, passwordChangeRequiredAt }: SignInUser): (typeof passwordReasons)[number] {
  if (passwordContestedAt != null) return 'CONTESTED';
  return passwordChangeRequiredAt == null ? 'BREACHED' : 'REQUIRED';
}

/** Locks the row of an account whose password is still the one that was verified. */
const holdUnchanged = ({ id, passwordChangedAt }: SignInUser) =>
  lockRows('users', sql`id = ${id} AND password_changed_at = ${passwordChangedAt} AND disabled_at IS NULL`, {
    strength: 'NO KEY UPDATE',
  });

/**
 * Issues a reset ticket for a breached or contested password, once every factor is verified. Returns undefined if the
 * password was reset in the meantime, because the ticket would overwrite the new one. The code is locked before the
 * user's row, in the common order. A ticket that the verification of the address issued stays valid, because its holder
 * verified the same.
 */
export async function requirePasswordChange(
  work: Work,
  user: SignInUser,
  event: SignInEventType,
): Promise<PasswordChangeRequired | undefined> {
  const { em } = work;
  const previous = await lockOrMakeCode(em, work.secretKeys, 'RESET_TICKET', user.email);
  const unchanged = await run(em, holdUnchanged(user));
  if (unchanged.length === 0) return undefined;
  const isContested = user.passwordContestedAt != null;
  const metadata = { reason: reasonOf(user) };
  await work.record({ type: event, success: false, userId: user.id, metadata });
  return {
    kind: 'password-change-required',
    ...(await issueResetTicket(work, user, isContested ? previous : null)),
  };
}
