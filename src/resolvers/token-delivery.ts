import { type Context, currentSessionId } from '../request.js';
import type { AuthTokenDelivery } from '../schema/tokens.js';
import { AuthTokens } from '../schema/tokens.js';
import type { SessionTokens } from '../services/sessions/create-session.js';
import type { SignInClient } from '../services/sign-in/sign-in.js';

/** The way in which a client receives tokens: in cookies, or in the body of the answer. */
export type Delivery = keyof typeof AuthTokenDelivery;

/** The delivery that the holder of the current session uses: `COOKIE` if the cookie names that session. */
export function currentDelivery(context: Context): Delivery {
  const { token } = context.presentedSession(null);
  return token !== undefined && token.sessionId === currentSessionId(context.actor) ? 'COOKIE' : 'BODY';
}

/**
 * The device token of an input; empty if the client requests its first one. Clients from before `rememberDevice` request it
 * with an empty token.
 */
function deviceTokenOf(input: { deviceToken?: string | null | undefined; rememberDevice: boolean }): string | null {
  return input.deviceToken ?? (input.rememberDevice ? '' : null);
}

/**
 * What a client presents at sign-in: a browser in its cookies, whose session is replaced; any other client in its input, with
 * which it also requests the token of its device.
 */
export function signInClient(
  context: Context,
  delivery: Delivery,
  input: Parameters<typeof deviceTokenOf>[0],
): SignInClient {
  const deviceToken = delivery === 'COOKIE' ? context.client.deviceToken : deviceTokenOf(input);
  return {
    deviceToken,
    keepsDeviceToken: delivery === 'COOKIE' || deviceToken !== null,
    replacedSessionId: delivery === 'COOKIE' ? (context.presentedSession(null).token?.sessionId ?? null) : null,
  };
}

/** The tokens as the answer shows them; with COOKIE, the refresh token is set as a cookie and appears nowhere else. */
export function deliverTokens(tokens: SessionTokens, delivery: Delivery, context: Context): AuthTokens {
  const { access, refreshToken, refreshTokenExpiresAt, rememberMe } = tokens;
  if (delivery === 'COOKIE') context.refreshCookie.set(refreshToken, refreshTokenExpiresAt, rememberMe);
  return Object.assign(new AuthTokens(), {
    tokenType: 'Bearer',
    accessToken: access.token,
    expiresIn: access.expiresIn,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken: delivery === 'BODY' ? refreshToken : null,
    refreshTokenExpiresAt,
  });
}

/** The device token as the answer shows it; with COOKIE, it is set as a cookie. */
export function deliverDeviceToken(token: string | null, delivery: Delivery, context: Context): string | null {
  if (delivery === 'BODY') return token;
  if (token !== null) context.deviceCookie.set(token);
  return null;
}
