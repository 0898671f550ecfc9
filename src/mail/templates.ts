import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contrast, lightened } from '../lib/color.js';
import { escapeHtml } from '../lib/escape-html.js';
import { locales } from '../lib/languages.js';
import { fillLayout, type Layout, parseLayout } from './layout.js';
import { mails } from './mails.js';

/** Appearance of emails as configured by the operator. */
export interface Look {
  brandColor: string;
  brandLogoUrl?: string | undefined;
  /** The folder whose files override the built-in ones. */
  mailTemplates?: string | undefined;
}

/** The parts of one email in one language. The HTML includes the layout. */
export interface Template {
  subject: string;
  text: string;
  html: string;
}

const FOLDER = new URL('./templates/', import.meta.url);
/** The default colours in layout.mjml, which are replaced by the operator's. */
const LAYOUT_COLOR = /#0d6b5e/gi;
const LAYOUT_DARK_COLOR = /#5fc4b3/gi;
const DARK_CARD = '#1a1d27';
const LOGO_HEIGHT = 40;
const PARTS = ['subject.txt', 'preheader.txt', 'body.txt', 'body.html'];
const NAMED = /\{\{[#^/]?(\w+)\}\}/g;

function tidy(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

/** Reads a template file: the operator's if it exists, otherwise the built-in one. */
function read({ mailTemplates }: Look, path: string): string {
  const own = mailTemplates === undefined ? undefined : join(mailTemplates, path);
  try {
    return tidy(readFileSync(own !== undefined && existsSync(own) ? own : new URL(path, FOLDER), 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** All file names that the operator's folder can contain. */
function knownFiles(): Set<string> {
  const ofMails = locales.flatMap((locale) =>
    Object.keys(mails).flatMap((name) => PARTS.map((part) => `${locale}/${name}/${part}`)),
  );
  return new Set(['layout.html', ...locales.map((locale) => `${locale}/footer.txt`), ...ofMails]);
}

/** Rejects unknown files: with a misspelt name, the built-in text would silently be used instead. */
function checkFolder(folder: string): void {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
  const known = knownFiles();
  const stray = files.find((file) => !known.has(file));
  if (stray !== undefined) throw new Error(`unknown file in the folder: ${stray}`);
}

/** Reports a fault in the operator's files as a fault of the setting. */
function ofSetting(cause: unknown): Error {
  const { message, code = 'unknown', path } = cause as NodeJS.ErrnoException;
  const reason = path === undefined ? message : `${path} cannot be read (${code})`;
  const advice = 'files must be named like the built-in ones, for example: en/verify-email/subject.txt';
  return new Error(`MAIL_TEMPLATES cannot be used: ${reason}; ${advice}`, { cause });
}

/** Rejects a template that uses an unknown variable at startup rather than at the first email. */
function checkNames(path: string, catalogue: object, template: Template): void {
  const named = [...`${template.subject}${template.text}${template.html}`.matchAll(NAMED)].map(([, name = '']) => name);
  const unknown = named.find((name) => !Object.hasOwn(catalogue, name));
  if (unknown !== undefined) throw new Error(`the mail template ${path} names an unknown variable: ${unknown}`);
}

/** The layout in the operator's colour. */
function layoutOf(look: Look): Layout {
  const { brandColor: color } = look;
  const onDark = contrast(color, DARK_CARD) >= 7 ? color : lightened(color, DARK_CARD);
  const html = read(look, 'layout.html');
  const isDefault = color.toLowerCase() === '#0d6b5e';
  return parseLayout(isDefault ? html : html.replace(LAYOUT_COLOR, color).replace(LAYOUT_DARK_COLOR, onDark));
}

function brandOf({ brandLogoUrl }: Look): string {
  if (brandLogoUrl === undefined) return '{{appName}}';
  return `<img src="${escapeHtml(brandLogoUrl)}" alt="{{appName}}" height="${LOGO_HEIGHT}" style="height:${LOGO_HEIGHT}px;width:auto;border:0">`;
}

function readTemplate(look: Look, layout: Layout, locale: string, name: keyof typeof mails): Template {
  const part = (file: string) => read(look, `${locale}/${name}/${file}`);
  const hasPreheader = Object.hasOwn(mails[name], 'code');
  const subject = part('subject.txt');
  const footer = read(look, `${locale}/footer.txt`);
  const pieces = { locale, subject, footer, brand: brandOf(look), body: part('body.html') };
  const html = fillLayout(layout, { ...pieces, preheader: hasPreheader ? part('preheader.txt') : '' });
  const template = { subject, text: `${part('body.txt')}\n\n-- \n${footer}\n`, html };
  checkNames(`${locale}/${name}`, mails[name], template);
  return template;
}

function readAll(look: Look): Map<string, Template> {
  const layout = layoutOf(look);
  const names = Object.keys(mails) as (keyof typeof mails)[];
  const keys = locales.flatMap((locale) => names.map((name) => [locale, name] as const));
  return new Map(keys.map(([locale, name]) => [`${locale}/${name}`, readTemplate(look, layout, locale, name)]));
}

/**
 * Reads every template, by language and name.
 * @throws Error if a file is missing or unknown, or uses an unknown block, slot or variable.
 */
export function readTemplates(look: Look): Map<string, Template> {
  if (look.mailTemplates === undefined) return readAll(look);
  try {
    checkFolder(look.mailTemplates);
    return readAll(look);
  } catch (cause) {
    throw ofSetting(cause);
  }
}
