import { Session } from '../../entities/session.js';
import type { Request } from '../use-case.js';
import { inTransaction } from '../work.js';

/** The session that ended; null if there was none. */
export interface LoggedOut {
  kind: 'logged-out';
  sessionId: string | null;
}

/** Ends the sessions that the request has credentials for. It also succeeds if none is left. */
export async function logout(request: Request, sessionIds: readonly string[]): Promise<LoggedOut> {
  const ended = await inTransaction(request, async (work) => {
    const ids: string[] = [];
    for (const id of new Set(sessionIds)) ids.push(...(await work.endSessions({ id }, 'LOGOUT')));
    const sessions = await work.em.find(Session, ids, { fields: ['user'] });
    for (const { id: sessionId, user } of sessions) {
      const who = { userId: user.id, actorId: user.id };
      await work.record({ type: 'LOGOUT', ...who, metadata: { sessionId } });
    }
    return ids;
  });
  return { kind: 'logged-out', sessionId: ended[0] ?? null };
}
