import { type Problem, problem } from '../../problems.js';
import type { Request } from '../use-case.js';
import { inTransaction } from '../work.js';
import type { SessionSelection } from './revoke-sessions.js';

/** Ends sessions of a user together with the audit event. */
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

/**
 * Ends one session of a user. The session of another user gets the same answer as one that does not exist (ASVS 8.2.2).
 */
export async function revokeSession(
  request: Request,
  { userId }: { userId: string },
  id: string,
): Promise<{ kind: 'session-revoked'; sessionId: string } | Problem<'NOT_FOUND'>> {
  const [sessionId] = await revoke(request, userId, { id, userId }, { sessionId: id });
  return sessionId === undefined ? problem('NOT_FOUND') : { kind: 'session-revoked', sessionId };
}

/** Ends every session of a user except the current one. */
export async function revokeOtherSessions(
  request: Request,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<{ kind: 'sessions-revoked'; sessionIds: string[] }> {
  const ended = await revoke(request, userId, { userId, exceptId: sessionId }, { keptSessionId: sessionId });
  return { kind: 'sessions-revoked', sessionIds: ended };
}
