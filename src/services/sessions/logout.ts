import { Session } from '../../entities/session.js';
import { readRefreshToken } from '../tokens/refresh-tokens.js';
import type { Request } from '../use-case.js';
import { inTransaction } from '../work.js';

/** The credentials that identify the sessions of a logout: the bearer's session and the cookie. */
export interface LogoutInput {
  sessionId: string | null;
  refreshToken: string | null;
}

/** The session that ended; null if there was none. */
export interface LoggedOut {
  kind: 'logged-out';
  sessionId: string | null;
}

/** Ends every session that the request has a credential for. It also succeeds if none is left. */
export async function logout(request: Request, input: LogoutInput): Promise<LoggedOut> {
  const cookie = input.refreshToken === null ? undefined : readRefreshToken(request.secretKeys, input.refreshToken);
  const held = new Set([input.sessionId, cookie?.sessionId ?? null].filter((id) => id !== null));
  const ended = await inTransaction(request, async (work) => {
    const ids: string[] = [];
    for (const id of held) ids.push(...(await work.endSessions({ id }, 'LOGOUT')));
    const sessions = await work.em.find(Session, ids, { fields: ['user'] });
    for (const { id: sessionId, user } of sessions) {
      const who = { userId: user.id, actorId: user.id };
      await work.record({ type: 'LOGOUT', ...who, metadata: { sessionId } });
    }
    return ids;
  });
  return { kind: 'logged-out', sessionId: ended[0] ?? null };
}
