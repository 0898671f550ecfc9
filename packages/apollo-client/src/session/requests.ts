import type { AuthSessionOptions } from '../auth-session.js';
import { AuthTroubleError, type Trouble } from '../trouble.js';
import { CSRF_TOKEN } from './documents.js';

/** An answer of the gateway to an operation of the session. */
interface Answer {
  data?: Record<string, GatewayResult | string> | null;
  errors?: { extensions?: { code?: string; retryAfterSeconds?: number } }[];
}

/** A member of a result union, as far as a session reads it. */
export interface GatewayResult {
  __typename: string;
  code?: string;
  retryAfterSeconds?: number;
  tokens?: { accessToken: string; expiresIn: number; refreshToken?: string | null };
}

/** The requests that a session sends by itself. */
export interface Requests {
  /** Sends a mutation. Throws AuthTroubleError unless the gateway answered it; `retryAt` is 0 if the gateway named no time. */
  mutate(query: string, variables: unknown, accessToken?: string): Promise<Record<string, GatewayResult>>;
  /** The header that mutations with a SameSite=None cookie need. */
  csrfHeader(): Promise<Record<string, string>>;
  /** Fetches the token of that header, since the gateway required it. False if the options forbid it. */
  renewCsrf(): Promise<boolean>;
  /** The session of the cookie has changed, to which the CSRF token is bound. */
  forgetCsrf(): void;
}

/** A failure by its code; codes that a session does not know mean that the gateway could not answer. */
export function troubleOf(code: string | undefined, retryAfterSeconds = 0, cause?: unknown): AuthTroubleError {
  const known: Trouble['code'] = code === 'RATE_LIMITED' || code === 'NETWORK' ? code : 'TEMPORARILY_UNAVAILABLE';
  const retryAt = retryAfterSeconds > 0 ? Date.now() + retryAfterSeconds * 1000 : 0;
  return new AuthTroubleError({ code: known, retryAt }, cause);
}

type Post = (body: unknown, headers: Record<string, string>) => Promise<Answer>;

/** Creates what sends one request, within the time limit of the options. */
function createPost(options: AuthSessionOptions, isCookie: boolean, closing: AbortSignal): Post {
  const { uri, timeoutMs = 10_000 } = options;

  async function exchange(body: unknown, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    const send = options.fetch ?? fetch;
    const credentials = isCookie ? 'include' : 'omit';
    const all = { 'content-type': 'application/json', ...headers };
    const response = await send(uri, { method: 'POST', credentials, headers: all, body: JSON.stringify(body), signal });
    const answer = (await response.json()) as Answer;
    if (answer.data || answer.errors) return answer;
    throw troubleOf(response.status === 429 ? 'RATE_LIMITED' : 'NETWORK', Number(response.headers.get('retry-after')));
  }

  return async (body, headers) => {
    const controller = new AbortController();
    let stop: () => void = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        reject(troubleOf('NETWORK'));
        controller.abort();
      };
    });
    const timer = setTimeout(stop, timeoutMs);
    closing.addEventListener('abort', stop);
    if (closing.aborted) stop();
    try {
      return await Promise.race([stopped, exchange(body, headers, controller.signal)]);
    } catch (error) {
      throw error instanceof AuthTroubleError ? error : troubleOf('NETWORK', 0, error);
    } finally {
      clearTimeout(timer);
      closing.removeEventListener('abort', stop);
    }
  };
}

/** Creates the sender of a session. Aborting `closing` ends its requests. */
export function createRequests(options: AuthSessionOptions, isCookie: boolean, closing: AbortSignal): Requests {
  const { csrf = 'auto' } = options;
  const post = createPost(options, isCookie, closing);
  let csrfToken: string | undefined;
  let needsCsrf = isCookie && csrf === true;

  const self: Requests = {
    async mutate(query, variables, accessToken) {
      const headers = { ...(accessToken && { authorization: `Bearer ${accessToken}` }) };
      let { data, errors } = await post({ query, variables }, { ...headers, ...(await self.csrfHeader()) });
      if (errors?.[0]?.extensions?.code === 'FORBIDDEN' && (await self.renewCsrf())) {
        ({ data, errors } = await post({ query, variables }, { ...headers, ...(await self.csrfHeader()) }));
      }
      const failed = Object.values(data ?? {}).find((value) => typeof value === 'object' && value?.retryAfterSeconds);
      if (data && !failed) return data as Record<string, GatewayResult>;
      const { code, retryAfterSeconds } = (failed as GatewayResult) ?? errors?.[0]?.extensions ?? {};
      throw troubleOf(code, retryAfterSeconds, errors?.[0]);
    },
    async csrfHeader(): Promise<Record<string, string>> {
      if (needsCsrf && csrfToken === undefined) await self.renewCsrf();
      return csrfToken === undefined ? {} : { 'x-csrf-token': csrfToken };
    },
    async renewCsrf() {
      if (!isCookie || csrf === false) return false;
      const { data } = await post({ query: CSRF_TOKEN }, {});
      csrfToken = data?.csrfToken as string | undefined;
      needsCsrf = csrfToken !== undefined;
      return needsCsrf;
    },
    forgetCsrf() {
      csrfToken = undefined;
    },
  };
  return self;
}
