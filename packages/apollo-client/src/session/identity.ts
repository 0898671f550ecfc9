import type { AuthTokensLike, Claims } from '../auth-session.js';

/** The access token of a session with its claims. Times are in milliseconds since 1970, by the clock of this device. */
export interface Identity {
  accessToken: string;
  claims: Claims;
  expiresAt: number;
  /** From then on it is renewed before it is used. */
  renewAt: number;
}

/** The claims of an access token. It is not verified: the gateway does that. Throws if it is no JWT. */
export function claimsOf(accessToken: string): Claims {
  const payload = accessToken.split('.')[1] ?? '';
  const bytes = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
  const { sub, sid, role, amr = [], auth_time = 0, exp } = JSON.parse(bytes);
  return { sub, sid, role, amr, auth_time, exp };
}

/** The identity of tokens that were received just now. */
export function identityOf({ accessToken, expiresIn }: AuthTokensLike, renewAheadMs?: number): Identity {
  const now = Date.now();
  const lifetime = expiresIn * 1000;
  const ahead = renewAheadMs ?? Math.min(5000, lifetime / 3);
  const expiresAt = now + lifetime;
  return { accessToken, claims: claimsOf(accessToken), expiresAt, renewAt: expiresAt - ahead };
}

/** Whether an identity from another tab replaces the current one. */
export function replaces(next: Identity, current: Identity | null): boolean {
  if (current === null) return true;
  if (next.claims.sub !== current.claims.sub) return next.claims.auth_time >= current.claims.auth_time;
  return next.claims.exp > current.claims.exp || next.expiresAt > current.expiresAt;
}
