import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { escapeHtml } from '../lib/escape-html.js';
import { acceptedLocale } from '../lib/languages.js';
import { isInAdminNetwork } from '../lib/networks.js';
import type { Settings } from '../settings.js';
import { brandStyle } from './hosted-brand.js';
import { contentTypeOf, readPageFolder } from './page-files.js';
import { type PagePolicy, pagePolicy, sendPage } from './page-headers.js';

const ADDRESS = '/admin';
/** The paths below the address that the router of the page shows. */
const VIEWS = /^(?:|(?:users|users\/[\w-]{1,64}|audit-log|emails|status)\/?)$/;

/** Trusted Types make every sink that turns text into script or markup throw, and no policy can be created. */
const policy: PagePolicy = { ...pagePolicy, 'require-trusted-types-for': "'script'", 'trusted-types': "'none'" };

/** Roles that the page suggests. Others can be typed. */
function suggestedRoles({ defaultRole, signupRoles, twoFactorRequiredRoles }: Settings): string[] {
  return [...new Set([defaultRole, ...signupRoles, ...twoFactorRequiredRoles, 'support', 'admin'])];
}

/** The files of the page by their path below the address. */
function readFiles(settings: Settings): Map<string, string> {
  const files = readPageFolder('admin');
  files.set('brand.css', brandStyle(settings));
  return files;
}

/** Fills in what the scripts need to know of the settings. `up` leads from the requested path to the files. */
function render(files: Map<string, string>, settings: Settings, locale: string, up: string): string {
  const preloads = [...files.keys()].filter((name) => name.endsWith('.js') && !name.startsWith('words-'));
  const { appUrl, cookieSameSite, appName } = settings;
  const values: Record<string, string> = {
    appName,
    roles: suggestedRoles(settings).join(','),
    csrf: cookieSameSite === 'none' ? 'required' : 'none',
    resetPassword: appUrl === undefined ? '' : `${appUrl}/reset-password`,
    up,
  };
  return (files.get('index.html') ?? '')
    .replace('<html lang="en">', `<html lang="${locale}">`)
    .replace('{{preloads}}', preloads.map((name) => `<link rel="modulepreload" href="{{up}}${name}">`).join('\n    '))
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ''));
}

/** The relative path from a view to the files, so that the page works behind a path prefix too. */
function wayUp(view: string | undefined): string {
  return view === undefined ? 'admin/' : '../'.repeat(view.split('/').length - 1);
}

/**
 * Serves the page of administration. One route answers all of its paths: the path is a key of the files, which are read at the
 * first request, and never becomes a file path.
 */
export function registerAdminPage(app: FastifyInstance, settings: Settings): void {
  if (!settings.adminPage) return;
  let files: Map<string, string> | undefined;
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const { '*': path } = request.params as { '*'?: string };
    if (!isInAdminNetwork(settings.adminNetworks, request.clientAddress))
      throw Object.assign(new Error('Administration is not available from this network.'), { statusCode: 403 });
    files ??= readFiles(settings);
    if (VIEWS.test(path ?? '')) {
      void reply.header('vary', 'accept-language');
      const locale = acceptedLocale(request.headers['accept-language']);
      return sendPage(reply, policy, render(files, settings, locale, wayUp(path)));
    }
    const content = path === 'index.html' ? undefined : files.get(path ?? '');
    if (content === undefined) return reply.callNotFound();
    return reply
      .type(contentTypeOf(path ?? ''))
      .header('cache-control', 'public, max-age=300')
      .send(content);
  };
  app.get(ADDRESS, answer);
  app.get(`${ADDRESS}/*`, answer);
}
