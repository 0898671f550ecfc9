import { describe, expect, test } from 'vitest';
import { localeFor, locales, type MailVariables, mails, type RenderableMail } from '../../../src/mail/mails.js';
import { loadTemplates, renderMail } from '../../../src/mail/render.js';

const link = 'https://app.example.com/verify?token=abc&next=%2F';
const full: { [Name in RenderableMail]: MailVariables<Name> } = {
  'verify-email': { displayName: 'Robin', code: '482913', link, codeMinutes: 15, linkHours: 24, appName: 'Gatehouse' },
  'already-registered': { displayName: 'Robin', link, appName: 'Gatehouse' },
  'session-reuse': {
    displayName: 'Robin',
    deviceName: 'Firefox on Linux',
    occurredAt: '2026-11-21T04:49:10.123Z',
    appName: 'Gatehouse',
  },
};
const names = Object.keys(mails) as RenderableMail[];
const cases = locales.flatMap((locale) => names.map((name) => ({ locale, name })));

function withoutOptional<Name extends RenderableMail>(name: Name): MailVariables<Name> {
  const catalogue: Record<string, { optional: boolean }> = mails[name];
  const entries = Object.entries(full[name]).map(([key, value]) => [key, catalogue[key]?.optional ? null : value]);
  return Object.fromEntries(entries) as MailVariables<Name>;
}

describe('every mail in every language', () => {
  test.each(cases)('$name in $locale', ({ name, locale }) => {
    loadTemplates();
    for (const mail of [renderMail(name, locale, full[name]), renderMail(name, locale, withoutOptional(name))]) {
      expect(mail).toMatchSnapshot();
      const whole = mail.subject + mail.text + mail.html;
      expect(whole).not.toMatch(/\{\{|\}\}|\[\[|\]\]|undefined|null|<!--/);
      expect(mail.html).toContain(`<html lang="${locale}">`);
      expect(mail.subject).not.toContain('\n');
    }
  });

  test.each(cases)(
    '$name in $locale throws without a required variable, and with an unknown one',
    ({ name, locale }) => {
      const { appName: _, ...less } = full[name];
      expect(() => renderMail(name, locale, less as never)).toThrow(`the mail ${name} needs the variable appName`);
      expect(() => renderMail(name, locale, { ...full[name], password: 'x' } as never)).toThrow(
        `the mail ${name} has no variable password`,
      );
    },
  );
});

describe('Q3: what strangers type', () => {
  const verify = (changes: object) => renderMail('verify-email', 'en', { ...full['verify-email'], ...changes });

  test('is shown as text in HTML', () => {
    const { html } = verify({ displayName: '<a href=//evil>"&\'' });
    expect(html).toContain('Hello &lt;a href=//evil&gt;&quot;&amp;&#39;,');
    expect(html).not.toContain('<a href=//evil');
  });

  test.each([
    ['https://evil.example/x', 'evil. example/x'],
    ['see www.evil.example', 'see www evil. example'],
    ['evil.example', 'evil. example'],
    ['hxxp+a://evil', 'evil'],
    ['a@evil.example', 'a at evil. example'],
    ['mailto:a', 'a'],
    ['Dr. J.R. Robin', 'Dr. J. R. Robin'],
    ['{{link}}', '{{link}}'],
    ['$& $1', '$& $1'],
  ])('never becomes a link: %s', (typed, shown) => {
    const { text, html } = verify({ displayName: typed });
    expect(text.split('\n')[0]).toBe(`Hello ${shown},`);
    expect(html).not.toContain('evil.example');
    expect(text.match(/:\/\//g)).toHaveLength(1);
  });

  test('keeps to one line of at most 64 characters', () => {
    const [greeting = ''] = verify({ displayName: `Robin\r\nBcc: x\u0000\u202e${'y'.repeat(300)}` }).text.split('\n');
    expect(greeting).toMatch(/^Hello Robin Bcc: x y+…,$/);
    expect(Array.from(greeting)).toHaveLength('Hello ,'.length + 64);
  });

  test('counts as absent when there is nothing to read in it', () => {
    expect(verify({ displayName: ' \u200b\n' }).text.split('\n')[0]).toBe('Hello,');
  });
});

describe('values', () => {
  test('a subject never breaks its line', () => {
    const mail = renderMail('verify-email', 'en', { ...full['verify-email'], appName: 'Gate\r\nBcc: x@evil.example' });
    expect(mail.subject).toBe('Confirm your email address for Gate Bcc: x@evil.example');
  });

  test.each([
    ['link', 'javascript:alert(1)', 'is not a web address'],
    ['link', 'https//x', 'is not a web address'],
    ['codeMinutes', 0, 'is not a length of time'],
    ['codeMinutes', '15', 'is not a length of time'],
    ['code', 482913, 'is not text'],
  ])('refuses %s %s without repeating it', (variable, value, reason) => {
    const render = () => renderMail('verify-email', 'en', { ...full['verify-email'], [variable]: value } as never);
    expect(render).toThrow(new Error(`the variable ${variable} of the mail verify-email ${reason}`));
  });

  test.each([
    [1, 1, 'valid for 1 minute', 'valid for 1 hour'],
    [2.9, 0.5, 'valid for 2 minutes', 'valid for 30 minutes'],
  ])('lengths of time are words: %s, %s', (codeMinutes, linkHours, code, hours) => {
    const { text } = renderMail('verify-email', 'en', { ...full['verify-email'], codeMinutes, linkHours });
    expect(text).toContain(`(${code})`);
    expect(text).toContain(`(${hours})`);
  });

  test.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE_ch', 'de'],
    ['fr', 'en'],
    ['', 'en'],
    [null, 'en'],
    ['../de', 'en'],
  ])('the language for %s is %s', (tag, locale) => {
    expect(localeFor(tag)).toBe(locale);
    expect(renderMail('already-registered', tag, full['already-registered']).html).toContain(`<html lang="${locale}">`);
  });
});
