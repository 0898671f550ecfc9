import { existsSync, readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { pageFile, serveAsset, servePage } from './page-files.js';
import { pagePolicy } from './page-headers.js';

const NODE_MODULES = new URL('../../node_modules/', import.meta.url);

/** The options of the GraphQL IDE. */
export interface IdeOptions {
  /** Path of the GraphQL endpoint on this server. */
  graphqlPath: string;
}

/** A file of the editor: the copy from the build, or, when run from the source, the one that npm installed. */
function vendorFile(name: string, source: string): URL {
  const built = pageFile(`ide/vendor/${name}`);
  return existsSync(built) ? built : new URL(source, NODE_MODULES);
}

/** Serves the GraphQL IDE. GraphiQL comes from our own origin, so that it works offline and no third party sees a token. */
export function registerIde(app: FastifyInstance, { graphqlPath }: IdeOptions): void {
  const vendor = JSON.parse(readFileSync(pageFile('ide/vendor.json'), 'utf8')) as Record<string, string>;
  const endpoint = encodeURI(graphqlPath.replace(/^\//, ''));
  servePage(app, {
    address: '/ide',
    folder: 'ide',
    assets: ['ide.css', 'ide.js', 'journey.js', 'storage.js', 'generated/operations.js'],
    // GraphiQL's style sheet embeds its fonts and a few images as data URLs.
    policy: { ...pagePolicy, 'img-src': "'self' data:", 'font-src': 'data:' },
    fill: (html) => html.replace('{{endpoint}}', endpoint.replaceAll('&', '&amp;').replaceAll('"', '&quot;')),
  });
  for (const [name, source] of Object.entries(vendor)) {
    if (!name.endsWith('.txt')) serveAsset(app, `/ide/vendor/${name}`, vendorFile(name, source));
  }
}
