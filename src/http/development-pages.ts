import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Dependencies } from '../dependencies.js';
import { isAddressLiteral, isLoopbackHost } from '../lib/local-hosts.js';
import { isInAdminNetwork } from '../lib/networks.js';
import { registerDevMailbox } from './dev-mailbox.js';
import { registerFirstAdmin } from './first-admin.js';
import { registerHome } from './home.js';
import { registerIde } from './ide.js';
import { registerIdeFiles } from './ide-files.js';

const PATHS = /^\/(?:(?:dev|ide|admin(?!\/export\/))(?:\/|$)|$)/;

/** Tells whether the request is for a page of our own, which no other origin is allowed to read. */
export function isDevelopmentPage({ routeOptions, url }: FastifyRequest): boolean {
  const route = routeOptions.url ?? '*';
  return PATHS.test(route === '*' ? (url.split('?')[0] ?? '') : route);
}

/**
 * Rejects host names that somebody else's name server could point here. For the browser, a page of such a name has the same
 * origin as ours, and could read the mailed codes (DNS rebinding).
 */
function refuseForeignNames(publicUrl: string) {
  const own = new URL(publicUrl).hostname;
  return async ({ headers }: FastifyRequest): Promise<void> => {
    const host = URL.parse(`http://${headers.host ?? ''}/`)?.hostname ?? '';
    if (host === own || isLoopbackHost(host) || isAddressLiteral(host)) return;
    throw Object.assign(new Error('This host name is not served here.'), { statusCode: 403 });
  };
}

/** Redirects a person who opens the endpoint in a browser to the IDE. Programs that send GET are answered as before. */
function leadToIde(app: FastifyInstance, graphqlPath: string): void {
  app.addHook('onRequest', ({ method, url, headers }, reply, done) => {
    if (method !== 'GET' || !/\btext\/html\b/i.test(headers.accept ?? '')) return done();
    const path = url.split('?')[0];
    const isWithSlash = path === `${graphqlPath}/`;
    if (!(isWithSlash || path === graphqlPath)) return done();
    // Relative, because a proxy may have removed a prefix.
    reply.header('vary', 'accept').redirect(isWithSlash ? '../ide' : 'ide', 303);
  });
}

/** Rejects clients outside the networks from which administration is allowed. */
function refuseForeignNetworks(adminNetworks: readonly string[]) {
  return async ({ clientAddress }: FastifyRequest): Promise<void> => {
    if (isInAdminNetwork(adminNetworks, clientAddress)) return;
    throw Object.assign(new Error('Administration is not available from this network.'), { statusCode: 403 });
  };
}

/** Serves the IDE. In production it is for admins only. */
async function registerIdeOf(
  app: FastifyInstance,
  dependencies: Dependencies,
  graphqlPath: string,
  schema: GraphQLSchema,
): Promise<void> {
  const { nodeEnv, adminNetworks, introspection, cookieSameSite } = dependencies.settings;
  const isForAdmins = nodeEnv === 'production';
  await app.register(async (pages) => {
    if (isForAdmins) pages.addHook('onRequest', refuseForeignNetworks(adminNetworks));
    registerIde(pages, { graphqlPath, isForAdmins, introspection, needsCsrfToken: cookieSameSite === 'none' });
    registerIdeFiles(pages, dependencies, schema);
  });
}

/** Serves the IDE if it is enabled, and outside production the page at `/`, the captured mails and the form for the first admin. */
export async function registerDevelopmentPages(
  app: FastifyInstance,
  dependencies: Dependencies,
  graphqlPath: string,
  schema: GraphQLSchema,
): Promise<void> {
  const { settings, mailbox } = dependencies;
  const isProduction = settings.nodeEnv === 'production';
  if (settings.graphqlIde) leadToIde(app, graphqlPath);
  await app.register(async (pages) => {
    if (!isProduction) pages.addHook('onRequest', refuseForeignNames(settings.publicUrl));
    if (settings.graphqlIde) await registerIdeOf(pages, dependencies, graphqlPath, schema);
    if (isProduction) return;
    registerHome(pages, settings);
    registerDevMailbox(pages, mailbox);
    registerFirstAdmin(pages, dependencies);
  });
}
