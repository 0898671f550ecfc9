import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contrast, lightened } from '../lib/color.js';
import { escapeHtml } from '../lib/escape-html.js';
import { locales } from '../lib/languages.js';
import { fillLayout, type Layout, parseLayout } from './layout.js';
import { mails } from './mails.js';

/** How the operator wants mails to look. */
export interface Look {
  brandColor: string;
  brandLogoUrl?: string | undefined;
  /** The folder whose files take the place of the built-in ones. */
  mailTemplates?: string | undefined;
}

/** The parts of one mail in one language, with its HTML already inside the layout. */
export interface Template {
  subject: string;
  text: string;
  html: string;
}

const FOLDER = new URL('./templates/', import.meta.url);
/** The colours of layout.mjml that stand for the operator's. */
const LAYOUT_COLOR = /#0d6b5e/gi;
const LAYOUT_DARK_COLOR = /#5fc4b3/gi;
const DARK_CARD = '#1a1d27';
const LOGO_HEIGHT = 40;
const PARTS = ['subject.txt', 'preheader.txt', 'body.txt', 'body.html'];
const NAMED = /\{\{[#^/]?(\w+)\}\}/g;

function tidy(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

/** Reads a template file: the operator's where there is one, else the built-in one. */
function read({ mailTemplates }: Look, path: string): string {
  const own = mailTemplates === undefined ? undefined : join(mailTemplates, path);
  try {
    return tidy(readFileSync(own !== undefined && existsSync(own) ? own : new URL(path, FOLDER), 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** Every file that may be in the folder of the operator. */
function knownFiles(): Set<string> {
  const ofMails = locales.flatMap((locale) =>
    Object.keys(mails).flatMap((name) => PARTS.map((part) => `${locale}/${name}/${part}`)),
  );
  return new Set(['layout.html', ...locales.map((locale) => `${locale}/footer.txt`), ...ofMails]);
}

/** A file that nothing reads is a slip of the pen, which would leave the built-in text in its place. */
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
  if (stray !== undefined) throw new Error(`a file is no part of a mail: ${stray}`);
}

/** Tells what is wrong with the operator's files as what is wrong with the setting. */
function ofSetting(cause: unknown): Error {
  const { message, code = 'unknown', path } = cause as NodeJS.ErrnoException;
  const reason = path === undefined ? message : `${path} cannot be read (${code})`;
  const advice = 'a file in it is named as a built-in one, for example: en/verify-email/subject.txt';
  return new Error(`MAIL_TEMPLATES can not be used: ${reason}; ${advice}`, { cause });
}

/** Refuses a template that names what its mail does not have, at the start and not at the first mail. */
function checkNames(path: string, catalogue: object, template: Template): void {
  const named = [...`${template.subject}${template.text}${template.html}`.matchAll(NAMED)].map(([, name = '']) => name);
  const unknown = named.find((name) => !Object.hasOwn(catalogue, name));
  if (unknown !== undefined) throw new Error(`the mail template ${path} names an unknown variable: ${unknown}`);
}

/** The layout in the operator's colour, with the logo in place of the name where there is one. */
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
 * @throws Error when a file is missing, is no part of a mail, or uses a block, slot or variable that does not exist.
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
