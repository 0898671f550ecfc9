import { Session } from '../../entities/session.js';
import { recordEvent } from '../audit/record-event.js';
import { readRefreshToken } from '../tokens/refresh-tokens.js';
import type { UseCaseContext } from '../use-case.js';
import { revokeSessions } from './revoke-sessions.js';

/** What a logout may be told by: the bearer's session and the cookie. */
export interface LogoutInput {
  sessionId: string | null;
  refreshToken: string | null;
}

/** The session that ended; null where there was none. */
export interface LoggedOut {
  kind: 'logged-out';
  sessionId: string | null;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'secretKeys' | 'revocations' | 'client' | 'requestId'>;

/** Ends every session that the request proves to hold; works just as well when there is none left. */
export async function logout(context: Needs, input: LogoutInput): Promise<LoggedOut> {
  const cookie = input.refreshToken === null ? undefined : readRefreshToken(context.secretKeys, input.refreshToken);
  const held = new Set([input.sessionId, cookie?.sessionId ?? null].filter((id) => id !== null));
  const ended = await context.em.transactional(async (em) => {
    const ids: string[] = [];
    for (const id of held) ids.push(...(await revokeSessions(em, { id }, 'LOGOUT', context.clock.now())));
    const sessions = await em.find(Session, ids, { fields: ['user'] });
    for (const { id: sessionId, user } of sessions) {
      const who = { userId: user.id, actorId: user.id };
      await recordEvent(em, context, { type: 'LOGOUT', ...who, metadata: { sessionId } });
    }
    return ids;
  });
  context.revocations.announce(ended);
  return { kind: 'logged-out', sessionId: ended[0] ?? null };
}
