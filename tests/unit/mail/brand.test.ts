import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contrast } from '../../../src/lib/color.js';
import { loadTemplates, renderMail } from '../../../src/mail/render.js';
import { loadSettings } from '../../../src/settings.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { cases, sampleOf } from './samples.js';

const look = (changes: object = {}) => ({ brandColor: '#0d6b5e', ...changes });

function ownTemplates(files: Record<string, string>): string {
  const folder = temporaryDirectory('templates');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The rules of a style attribute. */
function rule(style: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}:\\s*([^;]+)`).exec(style)?.[1];
}

describe('the look of mails', () => {
  test('is in the colour of the operator, on dark backgrounds in a lighter one', () => {
    const { html } = renderMail('verify-email', 'en', sampleOf('verify-email'), look({ brandColor: '#7a1f5c' }));
    expect(html).toContain('#7a1f5c');
    expect(html).not.toMatch(/#0d6b5e|#5fc4b3/i);
    const onDark = /\.brand div, a \{ color: (#[0-9a-f]{6})/.exec(html)?.[1] ?? '';
    expect(contrast(onDark, '#1a1d27')).toBeGreaterThanOrEqual(4.5);
  });

  test('has a logo only where one is set, with the name in its place where pictures are not shown', () => {
    const html = (logo?: string) =>
      renderMail('verify-email', 'en', sampleOf('verify-email'), look({ brandLogoUrl: logo })).html;
    expect(html()).not.toContain('<img');
    expect(html('https://app.example.com/l.png?a=1&b=2')).toContain(
      '<img src="https://app.example.com/l.png?a=1&amp;b=2" alt="Gatehouse"',
    );
  });

  test.each(cases)('$name in $locale has text that can be read: contrast of 4.5 or more', ({ name, locale }) => {
    const { html } = renderMail(name, locale, sampleOf(name));
    const styles = [...html.matchAll(/style="([^"]*)"/g)].map(([, style = '']) => style);
    const colors = styles.flatMap((style) => rule(style, 'color') ?? []).filter((color) => color.startsWith('#'));
    expect(colors.length).toBeGreaterThan(2);
    for (const color of colors.filter((one) => one !== '#ffffff'))
      expect({ color, enough: contrast(color, '#f3f4f6') >= 4.5 }).toEqual({ color, enough: true });
  });

  test.each(['verify-email', 'reset-password', 'change-email'] as const)(
    '%s shows its code in the list of mails',
    (name) => {
      for (const locale of ['en', 'de']) {
        const { subject, html } = renderMail(name, locale, sampleOf(name));
        expect(subject).toMatch(/^482913 /);
        const preheader = /<body[^>]*>\s*<div[^>]*display:none[^>]*>([^<]*)</.exec(html)?.[1];
        expect(preheader).toContain('482913');
      }
    },
  );
});

describe('MAIL_TEMPLATES', () => {
  test('overrides single files and leaves the rest', () => {
    const mailTemplates = ownTemplates({
      'en/verify-email/subject.txt': 'Welcome to {{appName}}',
      'en/footer.txt': 'Our own footer',
    });
    const mail = renderMail('verify-email', 'en', sampleOf('verify-email'), look({ mailTemplates }));
    expect(mail.subject).toBe('Welcome to Gatehouse');
    expect(mail.text).toContain('-- \nOur own footer');
    expect(mail.text).toContain('Your code (valid for 10 minutes)');
    const other = renderMail('verify-email', 'de', sampleOf('verify-email'), look({ mailTemplates }));
    expect(other.subject).toMatch(/^482913 ist/);
  });

  test.each([
    [{ 'en/verfy-email/subject.txt': 'x' }, 'unknown file in the folder: en/verfy-email/subject.txt'],
    [{ 'en/verify-email/body.html': '<p>{{nickname}}</p>' }, 'en/verify-email names an unknown variable: nickname'],
    [{ 'en/verify-email/body.html': '<script>x</script>' }, 'unknown block: script'],
  ])('is refused at the start: %j', (files, reason) => {
    expect(() => loadTemplates(look({ mailTemplates: ownTemplates(files as Record<string, string>) }))).toThrow(reason);
  });

  test('must be a folder', () => {
    expect(() => loadTemplates(look({ mailTemplates: '/nowhere/at/all' }))).toThrow(
      'MAIL_TEMPLATES cannot be used: /nowhere/at/all cannot be read (ENOENT)',
    );
  });
});

describe('the settings of the brand', () => {
  const read = (env: Record<string, string>) => loadSettings({ NODE_ENV: 'test', ...env });

  test('take the name from the sender', () => {
    expect(read({}).appName).toBe('Gatehouse');
    expect(read({ MAIL_FROM: 'Acme Shop <no-reply@acme.example>' }).appName).toBe('Acme Shop');
    expect(read({ MAIL_FROM: '"Acme: Shop" <no-reply@acme.example>' })).toMatchObject({
      appName: 'Acme: Shop',
      twoFactorIssuer: 'Acme  Shop',
    });
    expect(read({ MAIL_FROM: 'no-reply@acme.example' }).appName).toBe('Gatehouse');
    expect(read({ MAIL_FROM: '"The \\"Best\\" Shop" <a@acme.example>' }).appName).toBe('The "Best" Shop');
    expect(read({ MAIL_FROM: `${'🎉'.repeat(80)} <a@acme.example>` }).appName).toBe('🎉'.repeat(64));
    expect(read({ MAIL_FROM: 'Acme <a@acme.example>', APP_NAME: 'Other' })).toMatchObject({
      appName: 'Other',
      twoFactorIssuer: 'Other',
    });
  });

  test.each([
    ['BRAND_COLOR', '#ffcc00', 'is too light'],
    ['BRAND_COLOR', 'red', 'must be a colour written as # and six hexadecimal digits'],
    ['APP_NAME', ' ', ''],
    ['APP_NAME', '<b>x</b>', 'must be up to 64 characters'],
    ['MAIL_REPLY_TO', 'a@b.example, c@d.example', 'must be one bare email address'],
    ['SUPPORT_EMAIL', 'nobody', 'must be one bare email address'],
    ['SIGN_IN_URL', 'javascript:alert(1)', 'must be an http or https address'],
  ])('refuse %s=%s', (name, value, reason) => {
    if (reason === '') expect(read({ [name]: value }).appName).toBe('Gatehouse');
    else expect(() => read({ [name]: value })).toThrow(`${name} ${reason}`);
  });
});

describe('the time of an act', () => {
  test.each([
    ['Europe/Amsterdam', 'en', '21 November 2026 at 05:49 (Europe/Amsterdam)'],
    ['America/New_York', 'de', '20. November 2026 um 23:49 (America/New York)'],
    ['Etc/Nowhere', 'en', '21 November 2026 at 04:49 UTC'],
    [null, 'en', '21 November 2026 at 04:49 UTC'],
  ])('is that of the account in %s, named', (timeZone, locale, shown) => {
    const { text, html } = renderMail('password-changed', locale, { ...sampleOf('password-changed'), timeZone });
    expect(text).toContain(shown);
    expect(html).toContain(shown);
    for (const fact of ['Firefox 145', 'Ubuntu', 'Utrecht, Netherlands']) expect(text).toContain(fact);
  });
});
