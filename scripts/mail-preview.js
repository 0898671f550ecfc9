// Renders every email in every language with sample values into a folder, with an index page.
//
//   npm run mail:preview [-- folder]

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { escapeHtml } from '../dist/lib/escape-html.js';
import { locales } from '../dist/lib/languages.js';
import { mails } from '../dist/mail/mails.js';
import { renderMail } from '../dist/mail/render.js';

const folder = resolve(process.argv[2] ?? 'data/mail-preview');
const samples = JSON.parse(readFileSync(new URL('../src/mail/templates/samples.json', import.meta.url), 'utf8'));

/** Sample value of a variable. */
function sampleOf(name) {
  return Object.fromEntries(Object.keys(mails[name]).map((variable) => [variable, samples[variable] ?? null]));
}

/** Writes one email and returns its entry in the index. */
function write(name, locale) {
  const { subject, text, html } = renderMail(name, locale, sampleOf(name));
  const path = `${locale}/${name}`;
  writeFileSync(join(folder, `${path}.html`), html);
  writeFileSync(join(folder, `${path}.txt`), `Subject: ${subject}\n\n${text}`);
  return `<li><a href="${path}.html">${name}</a> (<a href="${path}.txt">text</a>): ${escapeHtml(subject)}</li>`;
}

/** The index section of one language. */
function section(locale) {
  mkdirSync(join(folder, locale), { recursive: true });
  const items = Object.keys(mails).map((name) => write(name, locale));
  return `<section lang="${locale}">\n<h2>${locale}</h2>\n<ul>\n${items.join('\n')}\n</ul>\n</section>`;
}

const index = join(folder, 'index.html');
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Mails of Gatehouse</title>
<body style="font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem">
<h1>Mails</h1>
${locales.map(section).join('\n')}
`;
writeFileSync(index, page);
console.log(`${Object.keys(mails).length} mails in ${locales.length} languages: ${pathToFileURL(index)}`);
