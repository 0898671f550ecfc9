// Builds when dist is missing or older than what it is made from, so that `npm start` is one command.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const sources = [
  'src',
  'scripts/compile-mail-layout.js',
  'scripts/copy-assets.js',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
];

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const stamp = 'dist/main.js';
const isFresh =
  existsSync(stamp) && (!existsSync('src') || statSync(stamp).mtimeMs >= Math.max(...sources.map(newest)));
if (!isFresh) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exit(status ?? 1);
}
