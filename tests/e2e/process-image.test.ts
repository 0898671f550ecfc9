import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { PASSWORD } from '../support/journey.js';
import { ensureBuilt } from '../support/process.js';
import { productionSettings } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

interface Lock {
  packages: Record<string, { dev?: boolean }>;
}

/** What the last stage of the Dockerfile copies: from the context, from the build and from the dependencies. */
function copiedFiles(): { from: string; to: string }[] {
  const runtime = readFileSync('Dockerfile', 'utf8').split(/^FROM .* AS runtime$/m)[1] ?? '';
  return [...runtime.matchAll(/^COPY (?:--from=\w+ )?(.+)$/gm)].flatMap(([, words = '']) => {
    const names = words.split(' ').map((word) => word.replace('/app/', '').replace('./', ''));
    const target = names.pop() ?? '';
    const isFolder = target === '' || target.endsWith('/');
    return names.map((from) => ({ from, to: isFolder ? join(target, from.split('/').at(-1) ?? '') : target }));
  });
}

/** The packages of `npm ci --omit=dev`, less the Node that they bring, each as a link to the one that is installed here. */
function linkProductionPackages(folder: string): void {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  const names = Object.keys(packages).filter((path) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path));
  for (const path of names) {
    if (packages[path]?.dev === true || path.startsWith('node_modules/node-linux-') || !existsSync(path)) continue;
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    symlinkSync(resolve(path), join(folder, path));
  }
}

/** The folder `/app` of the image. */
async function image(): Promise<string> {
  await ensureBuilt();
  const folder = temporaryDirectory('image');
  for (const { from, to } of copiedFiles()) {
    if (from === 'node_modules') linkProductionPackages(folder);
    else cpSync(from, join(folder, to), { recursive: true });
  }
  return folder;
}

/** Runs a command in the image; tells its exit code and what it said, the log lines aside. */
async function runIn(folder: string, env: Record<string, string>, words: string[], input = '') {
  const [command = '', ...args] = words;
  const { PATH = '', HOME = '' } = process.env;
  const own = { PATH: `${dirname(process.execPath)}:${PATH}`, HOME, npm_config_update_notifier: 'false' };
  const child = spawn(command, args, { cwd: folder, env: { ...own, ...env } });
  child.stdin.end(input);
  const closed = new Promise<number | null>((done) => child.on('close', done));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  const said = `${out}${err}`.split('\n').filter((line) => !line.startsWith('{'));
  return { code, said: said.join('\n').trim() };
}

it('D3: the commands of the README work on what the image holds, through npm and without it', async () => {
  const folder = await image();
  expect(readdirSync(folder).toSorted()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json', 'scripts']);
  expect(existsSync(join(folder, 'node_modules/typescript'))).toBe(false);
  const database = await createTestDatabase();
  const env = productionSettings({ DATABASE_URL: database.url, DATA_DIR: temporaryDirectory('image-data') });
  const run = (words: string[], input?: string) => runIn(folder, env, words, input);
  try {
    const made = await run(['npm', 'run', '--silent', 'admin:create', '--', 'first@example.com'], `${PASSWORD}\n`);
    expect(made.code).toBe(0);
    expect(made.said).toMatch(/^first@example\.com is the first admin and can sign in\.\n.* second factor/);
    const [usage, unlocked, rotated] = await Promise.all([
      run(['node', 'dist/cli/gatehouse.js', 'admin', 'create']),
      run(['node', 'dist/cli/gatehouse.js', 'users', 'unlock', 'first@example.com']),
      run(['npm', 'run', '--silent', 'keys:rotate']),
    ]);
    expect(usage.code).toBe(2);
    expect(unlocked).toEqual({ code: 0, said: 'first@example.com was not locked.' });
    expect(rotated.code).toBe(0);
  } finally {
    await database.drop();
  }
});
