import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { problemMessages } from '../problems.js';
import { checkCsrfToken } from '../services/sessions/csrf-token.js';
import { header } from './header.js';
import type { Listener } from './one-listener.js';
import type { OriginCheck } from './origins.js';

/** The headers that the guard reads, added to the context. */
export interface BrowserHeaders {
  origin: string | undefined;
  fetchSite: string | undefined;
  csrfToken: string | undefined;
}

/** Reads the headers in which a browser names the origin of a request. */
export function readBrowserHeaders(request: FastifyRequest): BrowserHeaders {
  const one = (name: string) => header(request, name) ?? undefined;
  return { origin: one('origin'), fetchSite: one('sec-fetch-site'), csrfToken: one('x-csrf-token') };
}

const UNLISTED_ORIGIN = 'The origin of this page is not listed in CORS_ORIGINS, so the page may not call this API.';

function refuse(message: string = problemMessages.FORBIDDEN): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN', http: { status: 403 } } });
}

function isForeign({ origin, fetchSite }: BrowserHeaders, isAllowed: OriginCheck): boolean {
  if (origin !== undefined) return !isAllowed(origin);
  return fetchSite === 'cross-site';
}

/**
 * Prevents pages of other sites from acting with the user's cookie, and from signing the user in to their account (OWASP CSRF).
 * A mutation, and any request with the cookie, must come from an allowed origin. If the cookie is sent across sites
 * (SameSite=None), mutations with it also need the token from `csrfToken`.
 */
export function browserGuard(isAllowed: OriginCheck): Listener {
  return {
    didResolveOperation({ operation, contextValue }) {
      const { refreshCookie, settings } = contextValue;
      const isMutation = operation?.operation === 'mutation';
      const hasCookie = refreshCookie.value !== null;
      if (!isMutation && !hasCookie) return;
      const { browser } = contextValue;
      if (isForeign(browser, isAllowed)) throw refuse(browser.origin === undefined ? undefined : UNLISTED_ORIGIN);
      if (!isMutation || !hasCookie || settings.cookieSameSite !== 'none') return;
      const { token } = contextValue.presentedSession(null);
      if (!checkCsrfToken(contextValue, token?.sessionId ?? null, browser.csrfToken ?? '')) throw refuse();
    },
  };
}
