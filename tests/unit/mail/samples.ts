import { readFileSync } from 'node:fs';
import { locales } from '../../../src/lib/languages.js';
import { type MailVariables, mails, type RenderableMail } from '../../../src/mail/mails.js';

/** The values that `npm run mail:preview` shows. */
export const samples = JSON.parse(
  readFileSync(new URL('../../../src/mail/templates/samples.json', import.meta.url), 'utf8'),
) as Record<string, string | number>;

/** The link that the samples lead to. */
export const sampleLink = String(samples.link);

/** The names of all mails. */
export const names = Object.keys(mails) as RenderableMail[];

/** Every mail in every language. */
export const cases = locales.flatMap((locale) => names.map((name) => ({ locale, name })));

/** What the catalogue says of each variable of a mail. */
export function variablesOf(name: RenderableMail): [string, { kind: string; optional: boolean }][] {
  return Object.entries(mails[name]);
}

/** A value for each variable of a mail. */
export function sampleOf(name: RenderableMail): MailVariables {
  return Object.fromEntries(variablesOf(name).map(([variable]) => [variable, samples[variable] ?? null]));
}

/** The same with nothing that the mail can do without. */
export function bareSampleOf(name: RenderableMail): MailVariables {
  return Object.fromEntries(
    variablesOf(name).map(([variable, { optional }]) => [variable, optional ? null : (samples[variable] ?? null)]),
  );
}
