import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { escapeHtml } from '../lib/escape-html.js';
import { acceptedLocale, locales } from '../lib/languages.js';
import { type Brand, brandStyle, signInLink, supportLine } from './hosted-brand.js';
import { hostedWords, textsOf } from './hosted-words.js';
import { pageFile, servePage, serveText } from './page-files.js';

/** A page that a mailed link leads to. `name` is its path and the name of its script. */
interface HostedPage {
  name: string;
  /** The drawing above the title, as SVG shapes. */
  drawing: string;
  /** Files with the forms of the page. */
  forms: readonly string[];
  scripts: readonly string[];
}

const hostedPages: readonly HostedPage[] = [
  {
    name: 'verify-email',
    drawing: '<rect x="7" y="12" width="34" height="25" rx="5" /><path d="m8.5 15.5 13 10.2a4 4 0 0 0 5 0l13-10.2" />',
    forms: ['code-form.html'],
    scripts: ['link-page.js', 'form.js', 'code-form.js'],
  },
  {
    name: 'report-session',
    drawing: '<path d="M24 6.5 39 12v11.5c0 8.5-6 15-15 18.5-9-3.5-15-10-15-18.5V12zM19 19l10 10M29 19 19 29" />',
    forms: [],
    scripts: ['link-page.js'],
  },
  {
    name: 'revert-email',
    drawing: '<path d="M17 11 8.5 19.5 17 28M9 19.5h18.5a9.5 9.5 0 0 1 0 19H18" />',
    forms: [],
    scripts: ['link-page.js'],
  },
  {
    name: 'reset-password',
    drawing: '<circle cx="16.5" cy="31.5" r="8.5" /><path d="m22.5 25.5 17-17M33 15l6 6M27.5 20.5l4 4" />',
    forms: ['code-form.html', 'password-form.html'],
    scripts: ['form.js', 'code-form.js', 'password-rules.js'],
  },
];

/** Renders a page in a language. Texts are escaped; forms, drawing and links are already HTML. */
function htmlOf({ name, drawing, forms }: HostedPage, brand: Brand, locale: string): string {
  const common = textsOf(locale, 'common');
  const texts = {
    ...common,
    ...textsOf(locale, 'form'),
    ...textsOf(locale, name),
    appName: brand.appName,
  };
  const values: Record<string, string> = {
    ...Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, escapeHtml(text)])),
    name,
    drawing,
    signIn: signInLink(brand, common.signIn ?? ''),
    support: supportLine(brand, common.help ?? ''),
  };
  const fill = (html: string) => html.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
  values.forms = forms.map((file) => fill(readFileSync(pageFile(`hosted/${file}`), 'utf8'))).join('');
  const html = readFileSync(pageFile('hosted/page.html'), 'utf8').replace(
    '<html lang="en">',
    `<html lang="${locale}">`,
  );
  return fill(html);
}

/** The language of the mail that contained the link, otherwise the one that the browser requests. */
function localeOf(request: FastifyRequest): string {
  const { lang } = request.query as { lang?: unknown };
  const told = locales.find((locale) => locale === lang);
  return told ?? acceptedLocale(request.headers['accept-language']);
}

const NAMES = hostedPages.map(({ name }) => name).join('|');
/** Matches a link whose `#` a mail program has encoded once or twice, or that ends in a slash. */
const BROKEN_LINK = new RegExp(
  `^/(?<name>${NAMES})(?<slash>/?)(?:\\?lang=(?<lang>[a-z]{2}))?(?:%(?:25)*23token(?:=|%(?:25)*3D)(?<token>[\\w-]+))?`,
  'i',
);

/** Returns the intended target of a broken link, relative to its own path, so that it works behind a path prefix too. */
function mendedLink(url: string): string | undefined {
  const { name, slash, lang, token } = BROKEN_LINK.exec(url)?.groups ?? {};
  if (name === undefined || (token === undefined && !url.split('?')[0]?.endsWith(`${name}/`))) return undefined;
  const query = lang === undefined ? '' : `?lang=${lang}`;
  // A browser keeps its current fragment if the new address has none.
  return `${slash === '' ? '' : '../'}${name.toLowerCase()}${query}${token === undefined ? '' : `#token=${token}`}`;
}

/**
 * Serves the pages that mailed links lead to if no application serves them itself. A token travels in the fragment, which no
 * server sees. Only pressing a button uses it, so a mail scanner that opens a link changes nothing.
 */
export function registerHostedPages(app: FastifyInstance, brand: Brand): void {
  app.addHook('onRequest', async (request, reply) => {
    const mended = ['GET', 'HEAD'].includes(request.method) ? mendedLink(request.url) : undefined;
    if (mended !== undefined) return reply.header('cache-control', 'no-store').redirect(mended, 302);
  });
  const style = brandStyle(brand);
  for (const page of hostedPages) {
    const html = new Map(locales.map((locale) => [locale, htmlOf(page, brand, locale)]));
    const address = `/${page.name}`;
    servePage(app, {
      address,
      folder: 'hosted',
      html: (request, reply) => {
        void reply.header('vary', 'accept-language');
        return html.get(localeOf(request)) ?? '';
      },
      assets: ['card.css', 'form.css', 'card.js', 'generated/operations.js', ...page.scripts, `${page.name}.js`],
    });
    serveText(app, `${address}/brand.css`, style);
    for (const [locale, words] of hostedWords) {
      serveText(app, `${address}/words-${locale}.js`, `export const words = ${JSON.stringify(words)};\n`);
    }
  }
}
