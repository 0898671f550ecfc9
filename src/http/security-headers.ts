import type { ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const ONE_YEAR_SECONDS = 31_536_000;

/**
 * Sets the security headers of helmet on every response; pages relax them. helmet reads its options anew for each request,
 * but the headers are always the same, so those of the first response are reused.
 */
export async function registerSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], objectSrc: ["'none'"] },
    },
    strictTransportSecurity: { maxAge: ONE_YEAR_SECONDS, includeSubDomains: true },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  let known: Map<string, string> | undefined;
  app.addHook('onRequest', async (_request, { helmet: apply, raw }) => {
    known ??= headersOf(raw, apply);
    for (const [name, value] of known) raw.setHeader(name, value);
  });
}

/** The headers that `apply` adds to a response. */
function headersOf(response: ServerResponse, apply: () => unknown): Map<string, string> {
  const before = new Set(response.getHeaderNames());
  apply();
  const added = response.getHeaderNames().filter((name) => !before.has(name));
  return new Map(added.map((name) => [name, String(response.getHeader(name))]));
}
