import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type PagePolicy, pagePolicy, sendPage } from './page-headers.js';

const PAGES = new URL('./pages/', import.meta.url);
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** A page: its address, its folder under `pages`, and the files that it loads from below its address. */
export interface Page {
  address: string;
  folder: string;
  /** Its file in the folder; `index.html` where it is left out. */
  html?: string;
  assets: readonly string[];
  policy?: PagePolicy;
  /** Last change to the HTML before it is kept. */
  fill?: (html: string) => string;
}

/** The place of a file under `pages`. */
export function pageFile(path: string): URL {
  return new URL(path, PAGES);
}

/** Serves one known file under one known address, read once: no part of a request ever becomes a path. */
export function serveAsset(app: FastifyInstance, address: string, file: URL): void {
  const type = CONTENT_TYPES[extname(file.pathname)];
  if (type === undefined) throw new Error(`No content type is known for ${file.pathname}`);
  const content = readFileSync(file);
  app.get(address, (_request, reply) => reply.type(type).header('cache-control', 'public, max-age=300').send(content));
}

/**
 * Serves a page and its files, with the style and the icon that all pages share.
 * Pages name their files relative to themselves, so that they work behind a path prefix too.
 */
export function servePage(app: FastifyInstance, page: Page): void {
  const { address, folder, html: file = 'index.html', assets, policy = pagePolicy, fill } = page;
  const source = readFileSync(pageFile(`${folder}/${file}`), 'utf8');
  const html = fill === undefined ? source : fill(source);
  app.get(address, (_request, reply) => sendPage(reply, policy, html));
  for (const name of ['base.css', 'icon.svg']) serveAsset(app, `${address}/${name}`, pageFile(name));
  for (const name of assets) serveAsset(app, `${address}/${name}`, pageFile(`${folder}/${name}`));
}
