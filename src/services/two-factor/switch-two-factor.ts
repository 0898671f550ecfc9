import { User } from '../../entities/user.js';
import { run, sql, sqlText } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import { type Undone, undo, type Work } from '../work.js';

/** The user and the current session. */
export interface Switching {
  userId: string;
  sessionId: string;
}

/**
 * The methods that the current session has verified (RFC 8176). Disabling requires the password too, so the session
 * always keeps a verified method.
 */
const PROVEN = {
  on: "array_remove(array_remove(authentication_methods, 'otp'), 'mfa') || ARRAY['otp', 'mfa']",
  off: "ARRAY['pwd'] || array_remove(array_remove(array_remove(authentication_methods, 'pwd'), 'otp'), 'mfa')",
};

/**
 * Switches the second factor of an account in the caller's transaction. The other sessions end (ASVS 7.4.3), the
 * current one records its verified methods, and the owner is notified. The user's row is updated before the sessions: a
 * concurrent sign-in finds it changed, or has its session among those that end.
 */
export async function switchTwoFactor(
  work: Work,
  { userId, sessionId }: Switching,
  state: 'on' | 'off',
): Promise<User | Undone<Problem<'UNAUTHENTICATED'>>> {
  const { em, now } = work;
  const enabled = state === 'on';
  await em.nativeUpdate(User, { id: userId }, { twoFactorEnabledAt: enabled ? now : null, updatedAt: now });
  const user = await em.findOneOrFail(User, userId, { refresh: true });
  const current = await run(
    em,
    sql`UPDATE sessions SET authentication_methods = ${sqlText(PROVEN[state])}
      WHERE id = ${sessionId} AND user_id = ${userId} AND revoked_at IS NULL AND expires_at > ${now} RETURNING id`,
  );
  // A session that was ended must not complete its change.
  if (current.length === 0) return undo(problem('UNAUTHENTICATED'));
  const endedSessions = await work.endSessions({ userId, exceptId: sessionId }, 'TWO_FACTOR_CHANGED');
  const metadata = { endedSessions: endedSessions.length };
  const type = enabled ? 'TOTP_ENABLE' : 'TOTP_DISABLE';
  await work.record({ type, userId, actorId: userId, metadata });
  await notifyOwner(work, user, enabled ? 'two-factor-enabled' : 'two-factor-disabled');
  return user;
}
