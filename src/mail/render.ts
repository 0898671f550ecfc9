import { readFileSync } from 'node:fs';
import { escapeHtml, interpolate } from './interpolate.js';
import { fillLayout, type Layout, parseLayout } from './layout.js';
import { localeFor, locales, type MailVariables, mails, type RenderableMail } from './mails.js';
import { oneLine, readable } from './values.js';

/** A mail that is ready to be sent. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const FOLDER = new URL('./templates/', import.meta.url);

/** The parts of each mail in each language, with its HTML already inside the layout. */
let templates: ReadonlyMap<string, RenderedMail> | undefined;

function read(path: string): string {
  return readFileSync(new URL(path, FOLDER), 'utf8').replaceAll('\r\n', '\n').trim();
}

function readTemplate(locale: string, name: string, layout: Layout): RenderedMail {
  const part = (file: string) => read(`${locale}/${name}/${file}`);
  const subject = part('subject.txt');
  const footer = read(`${locale}/footer.txt`);
  const html = fillLayout(layout, { locale, subject, body: part('body.html'), footer });
  return { subject, text: `${part('body.txt')}\n\n-- \n${footer}\n`, html };
}

function readTemplates(): Map<string, RenderedMail> {
  const layout = parseLayout(read('layout.html'));
  const keys = locales.flatMap((locale) => Object.keys(mails).map((name) => [locale, name] as const));
  return new Map(keys.map(([locale, name]) => [`${locale}/${name}`, readTemplate(locale, name, layout)]));
}

/**
 * Reads every template, once; called at start, so that a missing file stops the start and not the first mail.
 * @throws Error when a file is missing or uses a block or slot that does not exist.
 */
export function loadTemplates(): void {
  templates ??= readTemplates();
}

function valuesFor(name: RenderableMail, locale: string, given: MailVariables): Map<string, string | null> {
  const catalogue = mails[name];
  const unknown = Object.keys(given).find((variable) => !Object.hasOwn(catalogue, variable));
  if (unknown !== undefined) throw new Error(`the mail ${name} has no variable ${unknown}`);
  const values = new Map<string, string | null>();
  for (const [variable, { kind, optional }] of Object.entries(catalogue)) {
    const value = given[variable] ?? null;
    if (value === null && !optional) throw new Error(`the mail ${name} needs the variable ${variable}`);
    try {
      // Text with nothing readable in it is as good as none.
      values.set(variable, value === null ? null : readable(kind, value, locale) || null);
    } catch (cause) {
      throw new Error(`the variable ${variable} of the mail ${name} ${(cause as Error).message}`);
    }
  }
  return values;
}

/**
 * Writes a mail in the language of a BCP 47 tag, or in English.
 * @param variables what the catalogue names for this mail, no more and no less.
 * @throws Error when a variable is missing, unknown or not of its kind; its message carries no value.
 */
export function renderMail(name: RenderableMail, locale: string | null, variables: MailVariables): RenderedMail {
  loadTemplates();
  const language = localeFor(locale);
  const template = templates?.get(`${language}/${name}`);
  if (template === undefined) throw new Error(`there is no mail ${name}`);
  const values = valuesFor(name, language, variables);
  return {
    subject: oneLine(interpolate(template.subject, values, oneLine)),
    text: interpolate(template.text, values, (text) => text),
    html: interpolate(template.html, values, escapeHtml),
  };
}
