import { Session } from '../../entities/session.js';
import type { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import { lockOne, lockRows } from '../locks.js';
import { type Undone, undo, type Work } from '../work.js';
import { createSession, type SessionBegun, type SessionContext } from './create-session.js';
import { MULTI_FACTOR } from './effective-role.js';

/** A verification of every factor of the account. */
interface Proof {
  /** RFC 8176 authentication methods. */
  authenticationMethods: string[];
  authenticatedAt: Date;
}

/** Returns the verification of every factor of an account at one moment. */
export function proofOfAll({ twoFactorEnabledAt }: Pick<User, 'twoFactorEnabledAt'>, now: Date): Proof {
  const authenticationMethods = twoFactorEnabledAt == null ? ['pwd'] : ['pwd', 'otp', MULTI_FACTOR];
  return { authenticationMethods, authenticatedAt: now };
}

/**
 * Replaces the current session, because its holder has just verified something (ASVS 7.2.4). The new session has a new
 * id and tokens, and keeps the device name. Without a verification of every factor it keeps the authentication of the
 * current one. The result is `Undone` if the current session was ended in the meantime, as that was meant for the new
 * one too.
 */
export async function renewSession(
  context: SessionContext,
  work: Work,
  renew: { user: User; sessionId: string; proof: Proof | null },
): Promise<SessionBegun | Undone<Problem<'UNAUTHENTICATED'>>> {
  const { user, sessionId } = renew;
  const { em, now } = work;
  // Locks the user's row before the sessions, in the common order. A transaction that ends all sessions holds it
  // already.
  await run(em, lockRows('users', sql`id = ${user.id}`, { strength: 'NO KEY UPDATE' }));
  const where = { id: sessionId, user: user.id, revokedAt: null, expiresAt: { $gt: now } };
  const present = await lockOne(em, Session, where);
  if (present === null) return undo(problem('UNAUTHENTICATED'));
  const { rememberMe, deviceName = null } = present;
  const { authenticationMethods, authenticatedAt } = renew.proof ?? present;
  const begun = await createSession(context, em, {
    user,
    rememberMe,
    deviceName,
    authenticationMethods,
    authenticatedAt,
  });
  if (begun === undefined) return undo(problem('UNAUTHENTICATED'));
  await work.endSessions({ id: sessionId }, 'REPLACED');
  return begun;
}
