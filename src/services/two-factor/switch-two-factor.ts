import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { recordEvent } from '../audit/record-event.js';
import { handOver, type MailingContext } from '../mail-outbox/hand-over.js';
import { writeNotice } from '../mail-outbox/write-notice.js';
import { endedInBetween } from '../sessions/ended-meanwhile.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import type { UseCaseContext } from '../use-case.js';

/** Who switches the second factor, in which session. */
export interface Switching {
  userId: string;
  sessionId: string;
}

/** What is to follow once the switch is committed. */
export interface Switched {
  user: User;
  endedSessions: string[];
  outboxId: string;
}

/** What switching needs. */
export type SwitchContext = Pick<UseCaseContext, 'clock' | 'client' | 'revocations'> & MailingContext;

/**
 * What the present session has proven (RFC 8176). Whoever switches the factor off has just shown the password as well, so
 * that the session never stands on nothing.
 */
const PROVEN = {
  on: "array_remove(array_remove(authentication_methods, 'otp'), 'mfa') || ARRAY['otp', 'mfa']",
  off: "ARRAY['pwd'] || array_remove(array_remove(array_remove(authentication_methods, 'pwd'), 'otp'), 'mfa')",
};

/**
 * Switches the second factor of an account in the caller's transaction: the other sessions end (ASVS 7.4.3), the present one
 * knows what it has proven, the owner is told. The user's row comes before the sessions: a sign-in that is under way finds
 * it changed, or has its session among those that end.
 */
export async function switchTwoFactor(
  em: EntityManager,
  context: SwitchContext,
  { userId, sessionId }: Switching,
  state: 'on' | 'off',
): Promise<Switched> {
  const now = context.clock.now();
  const enabled = state === 'on';
  await em.nativeUpdate(User, { id: userId }, { twoFactorEnabledAt: enabled ? now : null, updatedAt: now });
  const user = await em.findOneOrFail(User, userId, { refresh: true });
  const prove = `UPDATE sessions SET authentication_methods = ${PROVEN[state]}
    WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > ? RETURNING id`;
  const present = await em.execute<unknown[]>(prove, [sessionId, userId, now]);
  // Thrown, so that nothing of the transaction stays.
  if (present.length === 0) throw endedInBetween();
  const endedSessions = await revokeSessions(em, { userId, exceptId: sessionId }, 'TWO_FACTOR_CHANGED', now);
  const metadata = { endedSessions: endedSessions.length };
  const type = enabled ? 'TOTP_ENABLE' : 'TOTP_DISABLE';
  await recordEvent(em, context, { type, userId, actorId: userId, metadata });
  const mail = enabled ? 'two-factor-enabled' : 'two-factor-disabled';
  return { user, endedSessions, outboxId: await writeNotice(em, context, user, mail) };
}

/** What follows the commit: ended sessions are told of, and the mail goes out. */
export function afterSwitch(context: SwitchContext, switched: Switched): void {
  context.revocations.announce(switched.endedSessions);
  handOver(context, switched.outboxId);
}
