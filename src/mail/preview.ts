import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../lib/escape-html.js';
import { locales } from '../lib/languages.js';
import { mails, type RenderableMail } from './mails.js';
import { renderMail } from './render.js';

/** What was written. */
export interface Preview {
  mails: number;
  languages: number;
  /** Path of the page that lists them. */
  index: string;
}

const SAMPLES = new URL('./templates/samples.json', import.meta.url);

function readSamples(): Record<string, string | undefined> {
  return JSON.parse(readFileSync(SAMPLES, 'utf8')) as Record<string, string | undefined>;
}

/** Writes one email as a page and as text, and returns its entry in the index. */
function write(folder: string, name: RenderableMail, locale: string): string {
  const samples = readSamples();
  const variables = Object.keys(mails[name]).map((variable) => [variable, samples[variable] ?? null] as const);
  const { subject, text, html } = renderMail(name, locale, Object.fromEntries(variables));
  const path = `${locale}/${name}`;
  writeFileSync(join(folder, `${path}.html`), html);
  writeFileSync(join(folder, `${path}.txt`), `Subject: ${subject}\n\n${text}`);
  return `<li><a href="${path}.html">${name}</a> (<a href="${path}.txt">text</a>): ${escapeHtml(subject)}</li>`;
}

/** The section of one language in the index. */
function section(folder: string, locale: string): string {
  mkdirSync(join(folder, locale), { recursive: true });
  const items = (Object.keys(mails) as RenderableMail[]).map((name) => write(folder, name, locale));
  return `<section lang="${locale}">\n<h2>${locale}</h2>\n<ul>\n${items.join('\n')}\n</ul>\n</section>`;
}

/** Renders every email in every language with sample values into a folder, with an index page. */
export function writePreview(folder: string): Preview {
  const index = join(folder, 'index.html');
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Emails of Gatehouse</title>
<body style="font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem">
<h1>Emails</h1>
${locales.map((locale) => section(folder, locale)).join('\n')}
`;
  writeFileSync(index, page);
  return { mails: Object.keys(mails).length, languages: locales.length, index };
}
