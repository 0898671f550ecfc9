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

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'secretKeys' | 'revocations'>;

/** Ends every session that the request proves to hold; works just as well when there is none left. */
export async function logout(context: Needs, input: LogoutInput): Promise<LoggedOut> {
  const cookie = input.refreshToken === null ? undefined : readRefreshToken(context.secretKeys, input.refreshToken);
  const held = new Set([input.sessionId, cookie?.sessionId ?? null].filter((id) => id !== null));
  const now = context.clock.now();
  const ended: string[] = [];
  for (const id of held) ended.push(...(await revokeSessions(context.em, { id }, 'LOGOUT', now)));
  context.revocations.announce(ended);
  return { kind: 'logged-out', sessionId: ended[0] ?? null };
}
