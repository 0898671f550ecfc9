import { type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import type { Request } from '../use-case.js';
import { inTransaction } from '../work.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import type { SessionSelection } from './revoke-sessions.js';

/** Ends sessions of a user together with the event that tells of it. */
async function revoke(
  request: Request,
  userId: string,
  selection: SessionSelection,
  metadata: Record<string, string>,
): Promise<string[]> {
  return await inTransaction(request, async (work) => {
    const ids = await work.endSessions(selection, 'REVOKED_BY_USER');
    const facts = { ...metadata, count: ids.length };
    const success = ids.length > 0 || !('sessionId' in metadata);
    await work.record({ type: 'SESSION_REVOKE', success, userId, actorId: userId, metadata: facts });
    return ids;
  });
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
  request: Request,
  by: Revoking,
  id: string,
): Promise<{ kind: 'session-revoked'; sessionId: string } | Problem<'NOT_FOUND' | 'REAUTHENTICATION_REQUIRED'>> {
  const { userId } = by;
  const stale = id === by.sessionId ? undefined : requireRecentAuthentication(request, by.authenticatedAt);
  if (stale !== undefined) return await recordRefusal(request, 'SESSION_REVOKE', userId, stale);
  const [sessionId] = await revoke(request, userId, { id, userId }, { sessionId: id });
  return sessionId === undefined ? problem('NOT_FOUND') : { kind: 'session-revoked', sessionId };
}

/** Ends every session of a user but the present one; asks for a recent proof of who is there. */
export async function revokeOtherSessions(
  request: Request,
  input: Revoking,
): Promise<{ kind: 'sessions-revoked'; sessionIds: string[] } | Problem<'REAUTHENTICATION_REQUIRED'>> {
  const { userId, sessionId } = input;
  const stale = requireRecentAuthentication(request, input.authenticatedAt);
  if (stale !== undefined) return await recordRefusal(request, 'SESSION_REVOKE', userId, stale);
  const ended = await revoke(request, userId, { userId, exceptId: sessionId }, { keptSessionId: sessionId });
  return { kind: 'sessions-revoked', sessionIds: ended };
}
