import { isCsrfToken, writeCsrfToken } from '../tokens/csrf-tokens.js';
import { readRefreshToken } from '../tokens/refresh-tokens.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'secretKeys'>;

function sessionOf({ secretKeys }: Needs, refreshToken: string | null): string | null {
  return (refreshToken === null ? undefined : readRefreshToken(secretKeys, refreshToken))?.sessionId ?? null;
}

/** A token that proves that its bearer could read an answer of ours; bound to the session that the cookie names. */
export function issueCsrfToken(context: Needs, refreshToken: string | null): string {
  return writeCsrfToken(context.secretKeys, sessionOf(context, refreshToken));
}

/** Whether the token was issued for the session that the cookie names. */
export function checkCsrfToken(context: Needs, refreshToken: string | null, token: string): boolean {
  return isCsrfToken(context.secretKeys, sessionOf(context, refreshToken), token);
}
