import { type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { recordRefusal } from '../audit/record-refusal.js';
import type { UseCaseContext } from '../use-case.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import { revokeSessions, type SessionSelection } from './revoke-sessions.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'revocations' | 'client' | 'requestId'>;

/** Ends sessions of a user together with the event that tells of it. */
async function revoke(
  context: Needs,
  userId: string,
  selection: SessionSelection,
  metadata: Record<string, string>,
): Promise<string[]> {
  const ended = await context.em.transactional(async (em) => {
    const ids = await revokeSessions(em, selection, 'REVOKED_BY_USER', context.clock.now());
    const facts = { ...metadata, count: ids.length };
    const success = ids.length > 0 || !('sessionId' in metadata);
    await recordEvent(em, context, { type: 'SESSION_REVOKE', success, userId, actorId: userId, metadata: facts });
    return ids;
  });
  context.revocations.announce(ended);
  return ended;
}

/** Who ends sessions, in which one, and when they last proved who they are. */
export interface Revoking {
  userId: string;
  sessionId: string;
  authenticatedAt: Date;
}

/**
 * Ends one session of a user; asks for a recent proof of who is there, but for the present one. A session of somebody else
 * answers like one that does not exist (ASVS 8.2.2).
 */
export async function revokeSession(
  context: Needs,
  by: Revoking,
  id: string,
): Promise<{ kind: 'session-revoked'; sessionId: string } | Problem<'NOT_FOUND' | 'REAUTHENTICATION_REQUIRED'>> {
  const { userId } = by;
  const stale = id === by.sessionId ? undefined : requireRecentAuthentication(context, by.authenticatedAt);
  if (stale !== undefined) return await recordRefusal(context, 'SESSION_REVOKE', userId, stale);
  const [sessionId] = await revoke(context, userId, { id, userId }, { sessionId: id });
  return sessionId === undefined ? problem('NOT_FOUND') : { kind: 'session-revoked', sessionId };
}

/** Ends every session of a user but the present one; asks for a recent proof of who is there. */
export async function revokeOtherSessions(
  context: Needs,
  input: Revoking,
): Promise<{ kind: 'sessions-revoked'; sessionIds: string[] } | Problem<'REAUTHENTICATION_REQUIRED'>> {
  const { userId, sessionId } = input;
  const stale = requireRecentAuthentication(context, input.authenticatedAt);
  if (stale !== undefined) return await recordRefusal(context, 'SESSION_REVOKE', userId, stale);
  const ended = await revoke(context, userId, { userId, exceptId: sessionId }, { keptSessionId: sessionId });
  return { kind: 'sessions-revoked', sessionIds: ended };
}
