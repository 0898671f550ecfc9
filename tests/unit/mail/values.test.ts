import { describe, expect, test } from 'vitest';
import { locales } from '../../../src/lib/languages.js';
import type { MailVariables } from '../../../src/mail/mails.js';
import { renderMail } from '../../../src/mail/render.js';
import { readable } from '../../../src/mail/values.js';
import { cases, sampleLink, sampleOf, variablesOf } from './samples.js';

const verify = (changes: MailVariables) =>
  renderMail('verify-email', 'en', { ...sampleOf('verify-email'), ...changes });
const shown = (typed: string) => readable('user-text', typed, 'en');

/** Every mail with one of its variables that a stranger chooses. */
const strangers = cases.flatMap(({ name, locale }) =>
  variablesOf(name)
    .filter(([, { kind }]) => kind === 'user-text')
    .map(([variable]) => ({ name, locale, variable })),
);

describe('Q3: what strangers type', () => {
  test('is part of every mail', () => {
    expect(strangers.length).toBeGreaterThan(cases.length);
    expect(new Set(strangers.map(({ variable }) => variable))).toEqual(
      new Set(['displayName', 'deviceName', 'browser', 'operatingSystem', 'ipAddress', 'place']),
    );
  });

  test.each(strangers)('$variable of $name in $locale is text, and no link', ({ name, locale, variable }) => {
    const typed = '<a href=//evil.example>"&\'</a> https://evil.example www.evil.example x@evil.example';
    const { subject, text, html } = renderMail(name, locale, { ...sampleOf(name), [variable]: typed });
    expect(html).toContain('&lt;a href=//evil. example&gt;&quot;&amp;&#39;&lt;/a&gt;');
    expect(html).not.toContain('<a href=//');
    expect(subject + text + html).not.toContain('evil.example');
    expect((text + html).replaceAll(sampleLink, '').replace('http://www.w3.org', '')).not.toContain('://');
  });

  test.each([
    ['https://evil.example/x', 'evil. example/x'],
    ['see www.evil.example', 'see www evil. example'],
    ['evil.example', 'evil. example'],
    ['evil\u3002example', 'evil. example'],
    ['evil\u2024example', 'evil. example'],
    ['evil.\u200dexample', 'evil. \u200dexample'],
    ['evil.ex\u00adample', 'evil. ex ample'],
    ['hxxp+a://evil', 'evil'],
    ['a@evil.example', 'a at evil. example'],
    ['a\uff20evil.example', 'a at evil. example'],
    ['mailto:a', 'a'],
    ['Dr. J.R. Robin', 'Dr. J. R. Robin'],
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['{{link}}', '{{link}}'],
    ['$& $1', '$& $1'],
  ])('never becomes a link: %s', (typed, seen) => {
    expect(shown(typed)).toBe(seen);
    expect(verify({ displayName: typed }).text.split('\n')[0]).toBe(`Hello ${seen},`);
  });

  test('keeps to one line of at most 64 characters', () => {
    const [greeting = ''] = verify({ displayName: `Robin\r\nBcc: x\u0000\u202e${'y'.repeat(300)}` }).text.split('\n');
    expect(greeting).toMatch(/^Hello Robin Bcc: x y+…,$/);
    expect(Array.from(greeting)).toHaveLength('Hello ,'.length + 64);
  });

  test('counts as absent when there is nothing to read in it', () => {
    expect(verify({ displayName: ' \u200b\n' }).text.split('\n')[0]).toBe('Hello,');
  });

  test('never names a new address in full', () => {
    const told = { ...sampleOf('email-changed'), newAddress: 'mallory@mail.evil.example' };
    for (const locale of locales) {
      const { text, html } = renderMail('email-changed', locale, told);
      expect(text).toContain(': m•••@m•••\n');
      expect(text + html).not.toMatch(/mallory|evil/);
    }
  });
});

describe('values', () => {
  test('a subject never breaks its line', () => {
    const mail = verify({ appName: 'Gate\r\nBcc: x@evil.example' });
    expect(mail.subject).toBe('482913 is your code to confirm your address for Gate Bcc: x@evil.example');
  });

  test('the name of the product stays text in the title and in attributes', () => {
    const { html } = verify({ appName: '"><script>' });
    expect(html).toContain('aria-label="482913 is your code to confirm your address for &quot;&gt;&lt;script&gt;"');
    expect(html).not.toContain('<script');
  });

  test.each([
    ['verify-email', 'link', 'javascript:alert(1)', 'is not a web address'],
    ['verify-email', 'link', 'https//x', 'is not a web address'],
    ['verify-email', 'codeMinutes', 0, 'is not a duration'],
    ['verify-email', 'codeMinutes', '15', 'is not a duration'],
    ['account-locked', 'lockedMinutes', Number.NaN, 'is not a duration'],
    ['verify-email', 'code', 482913, 'is not text'],
    ['recovery-code-used', 'codesLeft', -1, 'is not a count'],
    ['recovery-code-used', 'codesLeft', 1.5, 'is not a count'],
    ['email-changed', 'newAddress', 'hunter2', 'is not an email address'],
    ['password-changed', 'occurredAt', 'soon', 'is not a point in time'],
  ] as const)('%s refuses %s %s without repeating it', (name, variable, value, reason) => {
    const render = () => renderMail(name, 'en', { ...sampleOf(name), [variable]: value });
    expect(render).toThrow(new Error(`the variable ${variable} of the email ${name} ${reason}`));
  });

  test.each([
    ['minutes', 1, '1 minute', '1 Minute'],
    ['minutes', 2.9, '2 minutes', '2 Minuten'],
    ['minutes', 60, '1 hour', '1 Stunde'],
    ['minutes', 90, '90 minutes', '90 Minuten'],
    ['hours', 0.5, '30 minutes', '30 Minuten'],
    ['hours', 24, '24 hours', '24 Stunden'],
    ['hours', 26.7, '26 hours', '26 Stunden'],
    ['hours', 50, '50 hours', '50 Stunden'],
    ['hours', 168, '7 days', '7 Tage'],
    ['count', 0, '0', '0'],
  ] as const)('%s are words: %s', (kind, value, english, german) => {
    expect(readable(kind, value, 'en')).toBe(english);
    expect(readable(kind, value, 'de')).toBe(german);
  });

  test('a moment is told in UTC', () => {
    expect(readable('moment', '2026-11-21T04:49:10.123Z', 'en')).toBe('21 November 2026 at 04:49 UTC');
    expect(readable('moment', '2026-11-21T04:49:10.123Z', 'de')).toBe('21. November 2026 um 04:49 UTC');
  });
});
