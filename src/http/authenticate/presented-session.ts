import type { Context, PresentedSession } from '../../request.js';
import { type RefreshToken, readRefreshToken } from '../../services/tokens/refresh-tokens.js';

/** The refresh tokens of one request by their text, so that each is parsed and authenticated once. */
export type ReadTokens = Map<string, RefreshToken | undefined>;

/** The session whose refresh token the request presents: in its input, otherwise in the cookie. */
export function readPresentedSession(
  { refreshCookie, secretKeys }: Pick<Context, 'refreshCookie' | 'secretKeys'>,
  tokens: ReadTokens,
  fromInput: unknown,
): PresentedSession {
  const delivery = typeof fromInput === 'string' ? 'BODY' : 'COOKIE';
  const text = typeof fromInput === 'string' ? fromInput : refreshCookie.value;
  if (text === null) return { delivery, isMissing: true, token: undefined };
  if (!tokens.has(text)) tokens.set(text, readRefreshToken(secretKeys, text));
  return { delivery, isMissing: false, token: tokens.get(text) };
}
