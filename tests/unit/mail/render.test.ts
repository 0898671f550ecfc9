import { describe, expect, test } from 'vitest';
import { localeFor } from '../../../src/lib/languages.js';
import { loadTemplates, type RenderedMail, renderMail } from '../../../src/mail/render.js';
import { bareSampleOf, cases, names, sampleLink, sampleOf, samples, variablesOf } from './samples.js';

const snapshot = (locale: string, file: string) => `__snapshots__/${locale}/${file}`;
const asText = ({ subject, text }: RenderedMail) => `Subject: ${subject}\n\n${text}`;
/** What a reader sees of a page; the branches for old programs are comments to all others. */
const visible = (html: string) =>
  html
    .replace(/<!--[\s\S]*?-->|<style[\s\S]*?<\/style>|<title>.*<\/title>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

describe('every mail in every language', () => {
  test.each(cases)('$name in $locale is as it was', async ({ name, locale }) => {
    loadTemplates();
    const full = renderMail(name, locale, sampleOf(name));
    const bare = renderMail(name, locale, bareSampleOf(name));
    await expect(full.html).toMatchFileSnapshot(snapshot(locale, `${name}.html`));
    const parts = ['', '== with nothing optional: text and visible HTML ==', '', asText(bare), visible(bare.html), ''];
    await expect(`${asText(full)}${parts.join('\n')}`).toMatchFileSnapshot(snapshot(locale, `${name}.txt`));
  });

  test.each(cases)('$name in $locale is whole', ({ name, locale }) => {
    for (const values of [sampleOf(name), bareSampleOf(name)]) {
      const { subject, text, html } = renderMail(name, locale, values);
      expect(subject + text + html).not.toMatch(/\{\{|\}\}|\[\[|\]\]|undefined|null/);
      expect(html).toContain(`<html lang="${locale}"`);
      expect(html).toContain(`<title>${subject}</title>`);
      expect(subject).toMatch(/^.{10,78}$/);
    }
  });

  test.each(cases)('$name in $locale shows what it is given in both forms', ({ name, locale }) => {
    const { text, html } = renderMail(name, locale, sampleOf(name));
    for (const [variable, { kind }] of variablesOf(name)) {
      if (kind !== 'text' && kind !== 'link' && kind !== 'user-text') continue;
      expect(text).toContain(samples[variable]);
      expect(kind === 'link' ? html : visible(html)).toContain(samples[variable]);
    }
  });

  test.each(cases)('$name in $locale fetches nothing and leads to nowhere else', ({ name, locale }) => {
    const { text, html } = renderMail(name, locale, sampleOf(name));
    expect(html).not.toMatch(/<(?:link|script|img|iframe|form|object)\b|\burl\(|@import|\bsrc=/i);
    const leads = [...html.matchAll(/\bhref="([^"]*)"/g)].map(([, address]) => address);
    expect(new Set([sampleLink, ...leads])).toEqual(new Set([sampleLink]));
    const addresses = [...(text + html).matchAll(/\bhttps?:\/\/[^\s"<]+/g)].map(([address]) => address);
    expect(new Set([sampleLink, 'http://www.w3.org/1999/xhtml', ...addresses]).size).toBe(2);
  });

  test.each(cases)('$name in $locale throws without a required variable, and with an unknown one', (one) => {
    const { name, locale } = one;
    const { appName: _, ...less } = sampleOf(name);
    expect(() => renderMail(name, locale, less)).toThrow(`the email ${name} needs the variable appName`);
    expect(() => renderMail(name, locale, { ...sampleOf(name), password: 'x' })).toThrow(
      `the email ${name} has no variable password`,
    );
  });
});

describe('the catalogue', () => {
  test('has a sample for each of its variables, and no other', () => {
    const used = new Set(names.flatMap((name) => variablesOf(name).map(([variable]) => variable)));
    expect(Object.keys(samples).sort()).toEqual([...used].sort());
  });

  test('Q3: has no place for a password or another lasting secret', () => {
    const variables = names.flatMap((name) => variablesOf(name).map(([variable]) => variable));
    expect(variables.filter((variable) => /password|secret|token|seed|recovery/i.test(variable))).toEqual([]);
  });

  test('knows the text of a stranger by its kind', () => {
    const trusted = names.flatMap((name) => variablesOf(name).filter(([, { kind }]) => kind === 'text'));
    const known = ['appName', 'code', 'support', 'replyTo', 'role'];
    expect(new Set(trusted.map(([variable]) => variable))).toEqual(new Set(known));
  });
});

describe('the language', () => {
  test.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE_ch', 'de'],
    ['fr', 'en'],
    ['', 'en'],
    [null, 'en'],
    ['../de', 'en'],
  ])('for %s is %s', (tag, locale) => {
    expect(localeFor(tag)).toBe(locale);
    const { html } = renderMail('already-registered', tag, sampleOf('already-registered'));
    expect(html).toContain(`<html lang="${locale}"`);
  });
});
