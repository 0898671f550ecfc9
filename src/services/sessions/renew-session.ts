import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { Session } from '../../entities/session.js';
import type { User } from '../../entities/user.js';
import type { UseCaseContext } from '../use-case.js';
import {
  createSession,
  type SessionBegun,
  type SessionContext,
  type SessionStarted,
  startSession,
} from './create-session.js';
import { MULTI_FACTOR } from './effective-role.js';
import { revokeSessions } from './revoke-sessions.js';

/** What was proven just now, where that was every factor of the account. */
interface Proof {
  /** RFC 8176. */
  authenticationMethods: string[];
  authenticatedAt: Date;
}

/** The proof of every factor of an account at one moment. */
export function proofOfAll({ twoFactorEnabledAt }: Pick<User, 'twoFactorEnabledAt'>, now: Date): Proof {
  const authenticationMethods = twoFactorEnabledAt == null ? ['pwd'] : ['pwd', 'otp', MULTI_FACTOR];
  return { authenticationMethods, authenticatedAt: now };
}

/** A session in place of another, whose transaction may commit. */
export interface SessionRenewal {
  begun: SessionBegun;
  /** The sessions that ended. */
  ended: string[];
}

/**
 * Begins a session in place of the present one, as whoever holds it has just proven something (ASVS 7.2.4): the new one has
 * a new id and tokens, and goes by the same name. Without a proof of every factor it is as old as the present one. Undefined
 * when that has ended in the meantime.
 */
export async function renewSession(
  context: SessionContext,
  em: EntityManager,
  renew: { user: User; sessionId: string; proof: Proof | null },
): Promise<SessionRenewal | undefined> {
  const { user, sessionId } = renew;
  const now = context.clock.now();
  // The user's row comes before the sessions, as everywhere: whoever ends all of them holds it already.
  await em.execute('SELECT 1 FROM users WHERE id = ? FOR NO KEY UPDATE', [user.id]);
  const where = { id: sessionId, user: user.id, revokedAt: null, expiresAt: { $gt: now } };
  const present = await em.findOne(Session, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (present === null) return undefined;
  const { rememberMe, deviceName = null } = present;
  const { authenticationMethods, authenticatedAt } = renew.proof ?? present;
  const begun = await createSession(context, em, {
    user,
    rememberMe,
    deviceName,
    authenticationMethods,
    authenticatedAt,
  });
  if (begun === undefined) return undefined;
  return { begun, ended: await revokeSessions(em, { id: sessionId }, 'REPLACED', now) };
}

/** What follows the commit: the other processes learn of the end of the old session, and the new one gets its tokens. */
export async function finishRenewal(
  context: SessionContext & Pick<UseCaseContext, 'revocations'>,
  { begun, ended }: SessionRenewal,
): Promise<SessionStarted> {
  context.revocations.announce(ended);
  return await startSession(context, begun);
}
