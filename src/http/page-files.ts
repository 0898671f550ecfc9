import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type PagePolicy, pagePolicy, sendPage } from './page-headers.js';

const PAGES = new URL('./pages/', import.meta.url);
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** A page: its path, its folder under `pages`, and the files that it loads from below its path. */
export interface Page {
  address: string;
  folder: string;
  /** Renders its HTML for a request, if that is not one file. */
  html?: (request: FastifyRequest, reply: FastifyReply) => string;
  assets: readonly string[];
  policy?: PagePolicy;
  /** Changes `index.html` once, when it is read. */
  fill?: (html: string) => string;
}

/** The location of a file under `pages`. */
export function pageFile(path: string): URL {
  return new URL(path, PAGES);
}

/** The content type of a file of a page, by its name. */
export function contentTypeOf(name: string): string {
  const type = CONTENT_TYPES[extname(name)];
  if (type === undefined) throw new Error(`No content type is known for ${name}`);
  return type;
}

/**
 * The files of a folder under `pages` by their path in it, with the shared style sheet and icon. Texts in JSON become modules
 * beside the page: `words/en.json` becomes `words-en.js`.
 */
export function readPageFolder(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of ['base.css', 'icon.svg']) files.set(name, readFileSync(pageFile(name), 'utf8'));
  const entries = readdirSync(pageFile(`${folder}/`), { recursive: true, encoding: 'utf8' });
  for (const name of entries.map((entry) => entry.replaceAll('\\', '/')).filter((entry) => extname(entry) !== '')) {
    const text = readFileSync(pageFile(`${folder}/${name}`), 'utf8');
    if (!name.endsWith('.json')) files.set(name, text);
    else files.set(name.replace('/', '-').replace(/on$/, ''), `export const words = ${text.trimEnd()};\n`);
  }
  return files;
}

function serve(app: FastifyInstance, address: string, content: Buffer | string): void {
  const type = contentTypeOf(address);
  app.get(address, (_request, reply) => reply.type(type).header('cache-control', 'public, max-age=300').send(content));
}

/** Serves one known file at one known path, read once: no part of a request ever becomes a file path. */
export function serveAsset(app: FastifyInstance, address: string, file: URL): void {
  serve(app, address, readFileSync(file));
}

/** Serves a text that is created at startup, like a file of that name. */
export function serveText(app: FastifyInstance, address: string, text: string): void {
  serve(app, address, text);
}

/** The page's `index.html`, read once. */
function indexOf({ folder, fill }: Page): () => string {
  const source = readFileSync(pageFile(`${folder}/index.html`), 'utf8');
  const html = fill === undefined ? source : fill(source);
  return () => html;
}

/**
 * Serves a page and its files, with the shared style sheet and icon. Pages refer to their files by relative paths, so that
 * they work behind a path prefix too.
 */
export function servePage(app: FastifyInstance, page: Page): void {
  const { address, folder, assets, policy = pagePolicy } = page;
  const html = page.html ?? indexOf(page);
  app.get(address, (request, reply) => sendPage(reply, policy, html(request, reply)));
  for (const name of ['base.css', 'icon.svg']) serveAsset(app, `${address}/${name}`, pageFile(name));
  for (const name of assets) serveAsset(app, `${address}/${name}`, pageFile(`${folder}/${name}`));
}
