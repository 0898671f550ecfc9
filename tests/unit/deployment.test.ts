import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.js';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const compose = readFileSync('compose.yaml', 'utf8');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

describe('D3: the image', () => {
  test('runs as a user by number, and declares no volume', () => {
    expect(dockerfile).toMatch(/^USER \d+:\d+$/m);
    expect(dockerfile).not.toMatch(/^VOLUME/m);
  });

  test('holds every script that its commands run', () => {
    const commands = ['start', 'worker', 'migrate', 'admin:create', 'user', 'keys:rotate'];
    const run = commands.flatMap((name) => [scripts[`pre${name}`] ?? '', scripts[name] ?? '']).join(' ');
    const files = [...run.matchAll(/scripts\/[\w-]+\.js/g)].map(([file]) => file);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(dockerfile).toContain(file);
  });

  test('takes a build without sources for a fresh one', () => {
    const folder = temporaryDirectory('image');
    mkdirSync(join(folder, 'dist'));
    mkdirSync(join(folder, 'scripts'));
    writeFileSync(join(folder, 'dist/.built'), '');
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    cpSync('scripts/ensure-built.js', join(folder, 'scripts/ensure-built.js'));
    expect(execFileSync(process.execPath, ['scripts/ensure-built.js'], { cwd: folder }).toString()).toBe('');
  });
});

describe('D2: compose.yaml', () => {
  test('hands on every setting of .env, and mails nowhere by itself', () => {
    expect(compose).toMatch(/env_file:\n\s+- path: \.env/);
    expect(compose).not.toMatch(/SMTP_URL: \$\{SMTP_URL:-/);
    expect(compose).toMatch(/mailpit:\n\s+image: .*\n\s+profiles: \[mailpit\]/);
    expect(compose.match(/^\s+build:/gm)).toHaveLength(1);
    expect(compose).toContain('read_only: true');
  });
});
