import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptSecret } from '../../../src/lib/files.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

test('a kept secret is made once, whoever asks first, and for its owner alone', async () => {
  const folder = join(temporaryDirectory('secret'), 'data');
  const path = join(folder, 'secret.key');
  const made = await Promise.all(Array.from({ length: 8 }, () => keptSecret(path)));
  expect(new Set(made).size).toBe(1);
  expect(made[0]).toMatch(/^[\w-]{43}$/);
  expect(readdirSync(folder)).toEqual(['secret.key']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await keptSecret(path)).toBe(made[0]);
});

test.each([
  ['empty', ''],
  ['blank', ' \n'],
  ['filled with zeros', '\0'.repeat(44)],
  ['cut short', 'abcdefghijklmnopqrstuvwxyz01234\n'],
  ['two lines', `${'a'.repeat(43)}\n${'b'.repeat(43)}\n`],
])('a kept secret that is %s is refused by its path, without its text, and stays as it is', async (_how, text) => {
  const path = join(temporaryDirectory('secret'), 'secret.key');
  writeFileSync(path, text);
  const refused = await keptSecret(path).catch((error: Error) => error.message);
  expect(refused).toMatch(/secret\.key does not contain a secret of at least 32 printable characters\. Restore/);
  expect(refused).not.toContain('abcdef');
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a kept secret of the operator is read as it is', async () => {
  const path = join(temporaryDirectory('secret'), 'secret.key');
  const text = 'w+Zr/0Qh9=oZk3vU1xYtPqLmNbVcXsDfGhJk';
  writeFileSync(path, `${text}\n`);
  chmodSync(path, 0o400);
  expect(await keptSecret(path)).toBe(text);
});
