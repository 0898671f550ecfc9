import { isCsrfToken, writeCsrfToken } from '../tokens/csrf-tokens.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'secretKeys'>;

/**
 * Issues a token which shows that its bearer could read a response of the gateway. It is bound to the session of the
 * cookie.
 */
export function issueCsrfToken({ secretKeys }: Needs, sessionId: string | null): string {
  return writeCsrfToken(secretKeys, sessionId);
}

/** Returns whether the token was issued for the session of the cookie. */
export function checkCsrfToken({ secretKeys }: Needs, sessionId: string | null, token: string): boolean {
  return isCsrfToken(secretKeys, sessionId, token);
}
