import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/check-imports.js');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imports-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function check(files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, 'src', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return await new Promise((resolve) => {
    execFile(process.execPath, [script, folder], (_failure, _output, problems) => resolve(problems));
  });
}

const key = { 'services/tokens/key.ts': 'export const key = 1;', 'services/page.ts': 'export const page = 1;' };

test('a room of services imports the rooms below it and the files beside the rooms', async () => {
  const login = "import '../tokens/key.js';\nimport '../page.js';";
  expect(await check({ ...key, 'services/sign-in/login.ts': login })).toBe('');
});

test('a room of services imports no room above it, and has a place in the order', async () => {
  const problems = await check({
    ...key,
    'services/sign-in/login.ts': 'export const login = 1;',
    'services/tokens/verify.ts': "import type { login } from '../sign-in/login.js';",
    'services/locks.ts': "import './tokens/key.js';",
    'services/unlisted/act.ts': "import '../page.js';",
  });
  const lines = problems
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0]);
  expect(lines).toEqual(
    ['services/locks.ts', 'services/tokens/verify.ts', 'services/unlisted/act.ts'].map((path) => `src/${path}`),
  );
});

test('sessions are ended by the transaction alone, which announces them', async () => {
  const files = {
    'services/sessions/revoke-sessions.ts': 'export const revokeSessions = 1;',
    'services/work.ts': "import './sessions/revoke-sessions.js';",
    'services/sessions/logout.ts': "import type { A } from './revoke-sessions.js';",
  };
  expect(await check(files)).toBe('');
  const logout = "import { revokeSessions } from './revoke-sessions.js';";
  expect(await check({ ...files, 'services/sessions/logout.ts': logout })).toContain(
    'only src/services/work.ts may import it',
  );
});
