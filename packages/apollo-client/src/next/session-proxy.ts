import { accessCookie, isSecureRequest, tokensIn } from './access-cookie.js';

/** Options of `sessionProxy`. */
export interface SessionProxyOptions {
  /** The gateway's GraphQL endpoint, as the app's server reaches it. */
  gateway: string | URL;
  /** Whether the access token is also kept in a cookie for `readSession`. Default: true. */
  accessCookie?: boolean;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/** A route handler of Next.js. */
export type RouteHandler = (request: Request) => Promise<Response>;

/** What the gateway has to know of the browser. It trusts `x-forwarded-for` only from TRUSTED_PROXIES. */
const REQUEST_HEADERS = [
  'accept',
  'accept-language',
  'apollo-require-preflight',
  'authorization',
  'content-type',
  'cookie',
  'origin',
  'sec-fetch-site',
  'user-agent',
  'x-csrf-token',
  'x-forwarded-for',
  'x-request-id',
];
const RESPONSE_HEADERS = ['cache-control', 'content-type', 'retry-after', 'www-authenticate', 'x-request-id'];

/** The named headers of a message, as far as it has them. */
export function pickHeaders(headers: Headers, names: readonly string[]): Headers {
  const picked = new Headers();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}

/** The headers of a request that the gateway has to see. */
export function forwardedHeaders(request: Request): Headers {
  return pickHeaders(request.headers, REQUEST_HEADERS);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not the gateway's answer
  }
}

/**
 * Creates the handlers of `app/api/gatehouse/[...path]/route.ts`, which pass `/api/gatehouse/graphql` on to the gateway: the
 * cookies then belong to the app's own origin. The gateway needs the app's origin in APP_URL or CORS_ORIGINS. It needs this
 * server in TRUSTED_PROXIES if a proxy in front of it sets `x-forwarded-for`, and must not have it there otherwise.
 */
export function sessionProxy(options: SessionProxyOptions): { GET: RouteHandler; POST: RouteHandler } {
  const send = options.fetch ?? fetch;

  async function handle(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (!pathname.endsWith('/graphql')) return new Response('Not found', { status: 404 });
    const target = new URL(options.gateway);
    target.search = search;
    const body = request.method === 'POST' ? await request.text() : null;
    const headers = forwardedHeaders(request);
    let response: Response;
    try {
      response = await send(target, { method: request.method, headers, body, redirect: 'manual' });
    } catch {
      return new Response('The gateway does not answer.', { status: 502 });
    }
    const text = await response.text();
    const answered = pickHeaders(response.headers, RESPONSE_HEADERS);
    for (const cookie of response.headers.getSetCookie()) answered.append('set-cookie', cookie);
    const tokens = options.accessCookie === false ? undefined : tokensIn(parsed(text));
    if (tokens !== undefined) answered.append('set-cookie', accessCookie(tokens, isSecureRequest(request)));
    return new Response(text, { status: response.status, headers: answered });
  }

  return { GET: handle, POST: handle };
}
