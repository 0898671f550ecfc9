import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { isAddressLiteral, isLoopbackHost } from '../lib/local-hosts.js';
import { registerDevMailbox } from './dev-mailbox.js';
import { registerHome } from './home.js';
import { registerIde } from './ide.js';

const PATHS = /^\/(?:(?:dev|ide)(?:\/|$)|$)/;

/** Whether the request is for a page of development, which no other origin may read. */
export function isDevelopmentPage({ routeOptions, url }: FastifyRequest): boolean {
  const route = routeOptions.url ?? '*';
  return PATHS.test(route === '*' ? (url.split('?')[0] ?? '') : route);
}

/**
 * Refuses names that a stranger's name server may point here: a page of such a name is of the same origin as ours to the
 * browser, and would read the mailed codes (DNS rebinding).
 */
function refuseForeignNames(publicUrl: string) {
  const own = new URL(publicUrl).hostname;
  return async ({ headers }: FastifyRequest): Promise<void> => {
    const host = URL.parse(`http://${headers.host ?? ''}/`)?.hostname ?? '';
    if (host === own || isLoopbackHost(host) || isAddressLiteral(host)) return;
    throw Object.assign(new Error('This host name is not served here.'), { statusCode: 403 });
  };
}

/** Leads a person who opens the endpoint in a browser to the IDE; a program that asks by GET is answered as before. */
function leadToIde(app: FastifyInstance, graphqlPath: string): void {
  app.addHook('onRequest', async ({ method, url, headers }, reply) => {
    const path = url.split('?')[0];
    const isWithSlash = path === `${graphqlPath}/`;
    if (method !== 'GET' || !(isWithSlash || path === graphqlPath)) return;
    if (!/\btext\/html\b/i.test(headers.accept ?? '')) return;
    // Relative, as a proxy may have taken a prefix away.
    return reply.header('vary', 'accept').redirect(isWithSlash ? '../ide' : 'ide', 303);
  });
}

/** Serves the IDE where it is switched on, and outside production the page at `/` and the captured mails. */
export async function registerDevelopmentPages(
  app: FastifyInstance,
  { settings, mailbox }: Dependencies,
  graphqlPath: string,
): Promise<void> {
  const isProduction = settings.nodeEnv === 'production';
  if (settings.graphqlIde) leadToIde(app, graphqlPath);
  await app.register(async (pages) => {
    if (!isProduction) pages.addHook('onRequest', refuseForeignNames(settings.publicUrl));
    if (settings.graphqlIde) registerIde(pages, { graphqlPath });
    if (isProduction) return;
    registerHome(pages, settings);
    registerDevMailbox(pages, mailbox);
  });
}
