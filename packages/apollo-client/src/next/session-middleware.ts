import { REFRESH } from '../session/documents.js';
import { claimsOf } from '../session/identity.js';
import { ACCESS_COOKIE, accessCookie, isSecureRequest, tokensIn } from './access-cookie.js';
import { forwardedHeaders } from './session-proxy.js';

/** The function of Next.js's `NextResponse` that is used. */
export interface NextResponseLike<R extends Response> {
  next(init?: { request?: { headers?: Headers } }): R;
}

/** Options of `sessionMiddleware`. */
export interface SessionMiddlewareOptions<R extends Response> {
  /** The gateway's GraphQL endpoint, as the app's server reaches it. */
  gateway: string | URL;
  /** `NextResponse` of `next/server`. */
  NextResponse: NextResponseLike<R>;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
}

const REFRESH_COOKIE = /(?:^|;\s*)(?:__Host-)?gatehouse-refresh=/;

/** The cookies of a header by name. */
function cookiesIn(header: string): Map<string, string> {
  const pairs = header.split(/;\s*/).filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

function isFresh(accessToken: string | undefined): boolean {
  try {
    return accessToken !== undefined && claimsOf(accessToken).exp * 1000 > Date.now() + 5000;
  } catch {
    return false;
  }
}

function isNavigation({ method, headers }: Request): boolean {
  const isPrefetch = headers.has('next-router-prefetch') || /prefetch/.test(headers.get('sec-purpose') ?? '');
  return method === 'GET' && !isPrefetch;
}

/**
 * Creates the middleware (`proxy.ts` since Next.js 16) that renews the session before a page renders, if its access token has run
 * out, and hands the new one to `readSession`. Server components cannot do that, because they cannot set cookies.
 */
export function sessionMiddleware<R extends Response>(
  options: SessionMiddlewareOptions<R>,
): (request: Request) => Promise<R> {
  const { gateway, NextResponse } = options;
  const send = options.fetch ?? fetch;

  /** The answer to `refresh` and its cookies; undefined if the gateway does not answer. */
  async function refresh(request: Request): Promise<{ answer: unknown; cookies: string[] } | undefined> {
    const headers = forwardedHeaders(request);
    headers.set('content-type', 'application/json');
    headers.set('accept', 'application/json');
    // This server asks, and not a page. It does not know its public origin either: a self-hosted Next.js gives an inner address.
    headers.delete('origin');
    headers.delete('sec-fetch-site');
    try {
      const response = await send(gateway, { method: 'POST', headers, body: JSON.stringify({ query: REFRESH }) });
      return { answer: await response.json(), cookies: response.headers.getSetCookie() };
    } catch {
      return undefined;
    }
  }

  return async (request) => {
    const header = request.headers.get('cookie') ?? '';
    const cookies = cookiesIn(header);
    const isNeeded = isNavigation(request) && REFRESH_COOKIE.test(header) && !isFresh(cookies.get(ACCESS_COOKIE));
    const renewed = isNeeded ? await refresh(request) : undefined;
    const tokens = renewed && tokensIn(renewed.answer);
    if (!renewed || tokens === undefined) return NextResponse.next();
    cookies.delete(ACCESS_COOKIE);
    if (tokens) cookies.set(ACCESS_COOKIE, tokens.accessToken);
    const headers = new Headers(request.headers);
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = NextResponse.next({ request: { headers } });
    for (const cookie of renewed.cookies) response.headers.append('set-cookie', cookie);
    response.headers.append('set-cookie', accessCookie(tokens, isSecureRequest(request)));
    return response;
  };
}
