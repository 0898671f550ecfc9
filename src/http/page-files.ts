import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
  /** Its HTML for a request, where that is not one file. */
  html?: (request: FastifyRequest, reply: FastifyReply) => string;
  assets: readonly string[];
  policy?: PagePolicy;
  /** Last change to `index.html` before it is kept. */
  fill?: (html: string) => string;
}

/** The place of a file under `pages`. */
export function pageFile(path: string): URL {
  return new URL(path, PAGES);
}

function serve(app: FastifyInstance, address: string, content: Buffer | string): void {
  const type = CONTENT_TYPES[extname(address)];
  if (type === undefined) throw new Error(`No content type is known for ${address}`);
  app.get(address, (_request, reply) => reply.type(type).header('cache-control', 'public, max-age=300').send(content));
}

/** Serves one known file under one known address, read once: no part of a request ever becomes a path. */
export function serveAsset(app: FastifyInstance, address: string, file: URL): void {
  serve(app, address, readFileSync(file));
}

/** Serves a text that is made at the start, as the file that its address names. */
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
 * Serves a page and its files, with the style and the icon that all pages share.
 * Pages name their files relative to themselves, so that they work behind a path prefix too.
 */
export function servePage(app: FastifyInstance, page: Page): void {
  const { address, folder, assets, policy = pagePolicy } = page;
  const html = page.html ?? indexOf(page);
  app.get(address, (request, reply) => sendPage(reply, policy, html(request, reply)));
  for (const name of ['base.css', 'icon.svg']) serveAsset(app, `${address}/${name}`, pageFile(name));
  for (const name of assets) serveAsset(app, `${address}/${name}`, pageFile(`${folder}/${name}`));
}
