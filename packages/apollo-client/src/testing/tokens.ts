import type { AuthTokensLike, Claims } from '../auth-session.js';

const encode = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Claims for tests: those of a user with the role `user` whose token expires in a quarter of an hour. */
export function fakeClaims(claims: Partial<Claims> = {}): Claims {
  const now = Math.floor(Date.now() / 1000);
  return { sub: 'user-1', sid: 'session-1', role: 'user', amr: ['pwd'], auth_time: now, exp: now + 900, ...claims };
}

/** Tokens with such claims. Nothing signs them: no gateway accepts them. */
export function fakeTokens(claims: Partial<Claims> = {}): AuthTokensLike & { refreshToken: string | null } {
  const all = fakeClaims(claims);
  const payload = { ...all, jti: crypto.randomUUID() };
  const expiresIn = all.exp - Math.floor(Date.now() / 1000);
  return { accessToken: `${encode({ alg: 'none' })}.${encode(payload)}.`, expiresIn, refreshToken: null };
}
