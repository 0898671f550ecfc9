import { escapeHtml } from '../lib/escape-html.js';
import { localeFor } from '../lib/languages.js';
import { interpolate } from './interpolate.js';
import { type MailVariables, mails, type RenderableMail } from './mails.js';
import { type Look, readTemplates, type Template } from './templates.js';
import { oneLine, readable, zoneOf } from './values.js';

/** An email that is ready to be sent. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const PLAIN: Look = { brandColor: '#0d6b5e' };
/** Templates by appearance. A process has only one. */
const templates = new Map<string, ReadonlyMap<string, Template>>();

/**
 * Reads every template once. Called at startup, so that a missing file prevents the start rather than the first email.
 * @throws Error if a file is missing or unknown, or uses an unknown block, slot or variable.
 */
export function loadTemplates({
  brandColor,
  brandLogoUrl,
  mailTemplates,
}: Look = PLAIN): ReadonlyMap<string, Template> {
  const key = JSON.stringify([brandColor, brandLogoUrl, mailTemplates]);
  const read = templates.get(key) ?? readTemplates({ brandColor, brandLogoUrl, mailTemplates });
  templates.set(key, read);
  return read;
}

function valuesFor(name: RenderableMail, locale: string, given: MailVariables): Map<string, string | null> {
  const catalogue = mails[name];
  const unknown = Object.keys(given).find((variable) => !Object.hasOwn(catalogue, variable));
  if (unknown !== undefined) throw new Error(`the email ${name} has no variable ${unknown}`);
  const values = new Map<string, string | null>();
  const zone = zoneOf(given.timeZone);
  for (const [variable, { kind, optional }] of Object.entries(catalogue)) {
    const value = given[variable] ?? null;
    if (value === null && !optional) throw new Error(`the email ${name} needs the variable ${variable}`);
    try {
      // Text without a readable character counts as missing.
      values.set(variable, value === null ? null : readable(kind, value, locale, zone) || null);
    } catch (cause) {
      throw new Error(`the variable ${variable} of the email ${name} ${(cause as Error).message}`);
    }
  }
  return values;
}

/**
 * Renders an email in the language of a BCP 47 tag, or in English.
 * @param variables exactly the variables of this email in the catalogue.
 * @throws Error if a variable is missing, unknown or of the wrong kind. Its message contains no value.
 */
export function renderMail(
  name: RenderableMail,
  locale: string | null,
  variables: MailVariables,
  look: Look = PLAIN,
): RenderedMail {
  const language = localeFor(locale);
  const template = loadTemplates(look).get(`${language}/${name}`);
  if (template === undefined) throw new Error(`there is no email ${name}`);
  const values = valuesFor(name, language, variables);
  return {
    subject: oneLine(interpolate(template.subject, values, oneLine)),
    text: interpolate(template.text, values, (text) => text),
    html: interpolate(template.html, values, escapeHtml),
  };
}
