// Builds if dist is missing or out of date, so that `npm start` is a single command.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const sources = [
  'src',
  'scripts/compile-mail-layout.js',
  'scripts/bundle.js',
  'scripts/bundle.js',
  'scripts/copy-assets.js',
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'package.json',
];

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const stamp = 'dist/.built';
const isFresh =
  existsSync(stamp) && (!existsSync('src') || statSync(stamp).mtimeMs >= Math.max(...sources.map(newest)));
if (!isFresh) {
  const begun = new Date();
  rmSync(stamp, { force: true });
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  // Sources edited during the build are newer than the build.
  utimesSync(stamp, begun, begun);
}
