/** A fetch that keeps cookies as one browser does, and counts what was sent. */
export interface CountingFetch {
  fetch: typeof fetch;
  /** The names of the operations that were sent, in order. */
  sent: string[];
  /** Runs before each request; what it returns is the answer instead of the server's. */
  before?: ((operation: string) => Promise<Response | undefined> | Response | undefined) | undefined;
  /** Runs after each request; throwing loses the answer, after its cookies were kept or not. */
  after?: ((operation: string) => void) | undefined;
  cookies: Map<string, string>;
}

function operationIn(body: unknown): string {
  const { operationName, query = '' } = JSON.parse(String(body)) as { operationName?: string; query?: string };
  return operationName ?? /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? 'anonymous';
}

/** Creates such a fetch. Several sessions with one of them are the tabs of one browser. */
export function countingFetch(): CountingFetch {
  const send = globalThis.fetch; // a test may replace it by the one that is created here
  const self: CountingFetch = {
    sent: [],
    cookies: new Map(),
    async fetch(input, init) {
      const operation = operationIn(init?.body);
      self.sent.push(operation);
      const instead = await self.before?.(operation);
      if (instead) return instead;
      const headers = new Headers(init?.headers);
      const hasCookies = init?.credentials === 'include' && self.cookies.size > 0;
      if (hasCookies) headers.set('cookie', [...self.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
      const response = await send(input, { ...init, headers });
      self.after?.(operation);
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
        if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) self.cookies.delete(name);
        else self.cookies.set(name, value);
      }
      return response;
    },
  };
  return self;
}
