// Runs a script of every package that has it, and nothing where there are no packages: npm itself fails then.
//
//   node scripts/in-packages.js build

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

const [script] = process.argv.slice(2);
if (globSync('packages/*/package.json').length > 0) {
  const words = ['run', '--silent', '--workspaces', '--if-present', script];
  const { status } = spawnSync('npm', words, { stdio: 'inherit', shell: process.platform === 'win32' });
  process.exitCode = status ?? 1;
}
