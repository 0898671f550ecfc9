import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { locales } from '../../src/lib/languages.js';
import { mails } from '../../src/mail/mails.js';
import { renderMail } from '../../src/mail/render.js';
import { dataDirectory, ensureBuilt } from '../support/process.js';
import { sampleOf } from '../unit/mail/samples.js';

it('previews every mail in every language, as the gateway writes them', async () => {
  await ensureBuilt();
  const folder = dataDirectory();
  const said = execFileSync(process.execPath, ['dist/cli/gatehouse.js', 'mail', 'preview', folder], {
    encoding: 'utf8',
  });
  expect(said).toContain(`file://${folder}/index.html`);
  const names = Object.keys(mails) as (keyof typeof mails)[];
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  for (const locale of locales) {
    const files = names.flatMap((name) => [`${name}.html`, `${name}.txt`]);
    expect(readdirSync(join(folder, locale)).sort()).toEqual(files.sort());
    for (const file of files) expect(index).toContain(`href="${locale}/${file}"`);
    for (const name of names) {
      const { html, subject } = renderMail(name, locale, sampleOf(name));
      expect(readFileSync(join(folder, locale, `${name}.html`), 'utf8')).toBe(html);
      expect(readFileSync(join(folder, locale, `${name}.txt`), 'utf8')).toContain(`Subject: ${subject}\n`);
    }
  }
});
