import { existsSync, readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { escapeHtml } from '../lib/escape-html.js';
import { pageFile, serveAsset, servePage } from './page-files.js';
import { type PagePolicy, pagePolicy } from './page-headers.js';

const NODE_MODULES = new URL('../../node_modules/', import.meta.url);

/** The options of the GraphQL IDE. */
export interface IdeOptions {
  /** Path of the GraphQL endpoint on this server. */
  graphqlPath: string;
  /** Whether only admins who are signed in see more than a sign-in. */
  isForAdmins: boolean;
  /** Whether the endpoint answers introspection. If not, the IDE asks for the schema by itself. */
  introspection: boolean;
  /** Whether a mutation with the cookie requires a token against forgery. */
  needsCsrfToken: boolean;
}

// GraphiQL's style sheet embeds its fonts and a few images as data URLs. The one policy of Trusted Types is in
// trusted-types.js.
const policy: PagePolicy = {
  ...pagePolicy,
  'img-src': "'self' data:",
  'font-src': 'data:',
  'require-trusted-types-for': "'script'",
  'trusted-types': 'default',
};

const ASSETS = [
  'ide.css',
  'bar.css',
  'panel.css',
  'sign-in.css',
  ...['ide', 'trusted-types', 'session', 'request', 'sign-in', 'bar', 'panel', 'journey', 'storage'].map(
    (name) => `${name}.js`,
  ),
  'generated/operations.js',
];

/** A file of the editor: the copy from the build, or, when run from the source, the one that npm installed. */
function vendorFile(name: string, source: string): URL {
  const built = pageFile(`ide/vendor/${name}`);
  return existsSync(built) ? built : new URL(source, NODE_MODULES);
}

/** What the scripts need to know, as attributes of the page. */
function attributesOf({ graphqlPath, isForAdmins, introspection, needsCsrfToken }: IdeOptions): string {
  const attributes: Record<string, string | false> = {
    endpoint: encodeURI(graphqlPath.replace(/^\//, '')),
    'admins-only': isForAdmins && 'yes',
    'schema-file': !introspection && 'yes',
    csrf: needsCsrfToken && 'yes',
    mailbox: !isForAdmins && 'dev/mail',
  };
  const given = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== false);
  return given.map(([name, value]) => `data-${name}="${escapeHtml(value)}"`).join(' ');
}

/** Serves the GraphQL IDE. GraphiQL comes from our own origin, so that it works offline and no third party sees a token. */
export function registerIde(app: FastifyInstance, options: IdeOptions): void {
  const vendor = JSON.parse(readFileSync(pageFile('ide/vendor.json'), 'utf8')) as Record<string, string>;
  servePage(app, {
    address: '/ide',
    folder: 'ide',
    assets: ASSETS,
    policy,
    fill: (html) => html.replace('data-options=""', attributesOf(options)),
  });
  for (const [name, source] of Object.entries(vendor)) {
    if (!name.endsWith('.txt')) serveAsset(app, `/ide/vendor/${name}`, vendorFile(name, source));
  }
}
