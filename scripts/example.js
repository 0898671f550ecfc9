// Starts a gateway with an embedded database and captured mail, and an example app with it. Ends both when one ends.
//
//   npm run example [-- next] [-- --installed]

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MS = 60_000;
const examples = {
  // Serves the pages that the links in emails lead to.
  react: { port: '5173', hasMailPages: true, words: ['node_modules/vite/bin/vite.js', '--logLevel', 'warn', '--port'] },
  next: { port: '3000', words: ['node_modules/next/dist/bin/next', 'dev', '--port'] },
};
const [name = 'react'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const example = examples[name];
if (!example) {
  console.error(`There is no example ${name}; there are: ${Object.keys(examples).join(', ')}`);
  process.exit(1);
}
const folder = `examples/${name}`;
const ports = { gateway: process.env.PORT || '4000', app: process.env.APP_PORT || example.port };
const addresses = { gateway: `http://localhost:${ports.gateway}`, app: `http://localhost:${ports.app}` };

function npm(words, cwd) {
  const { status } = spawnSync('npm', words, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Installs the example if its packages are missing or older than its lock file or the client package. */
function install() {
  npm(['run', '--silent', 'build:packages']);
  const sources = readdirSync('packages/apollo-client/src', { recursive: true });
  const newest = Math.max(
    changedAt(`${folder}/package-lock.json`),
    ...sources.map((name) => changedAt(`packages/apollo-client/src/${name}`)),
  );
  if (changedAt(`${folder}/node_modules/.package-lock.json`) < newest) npm(['ci'], folder);
}

const children = [];

function start(words, options) {
  const child = spawn(process.execPath, words, { stdio: 'inherit', ...options });
  const ended = new Promise((resolve) => child.once('close', resolve));
  children.push({ child, ended });
}

/** Ends both processes once the first has ended. Ctrl-C reaches them without our help. */
async function untilEnded() {
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => children.forEach(({ child }) => void child.kill('SIGTERM')));
  await Promise.race(children.map(({ ended }) => ended));
  for (const { child } of children) child.kill('SIGTERM');
  await Promise.all(children.map(({ ended }) => ended));
}

async function untilAnswered(url) {
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(100)) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
  }
}

if (!process.argv.includes('--installed')) install();
const embedded = { DATABASE_URL: '', REDIS_URL: '', SMTP_URL: '' };
start(['dist/main.js'], {
  env: {
    LOG_LEVEL: 'warn',
    DATA_DIR: 'data/example',
    ...process.env,
    ...embedded,
    PORT: ports.gateway,
    ...(example.hasMailPages ? { APP_URL: addresses.app } : { SIGN_IN_URL: `${addresses.app}/login` }),
    TRUSTED_PROXIES: 'loopback', // the server of the example in Next.js
  },
});
const graphql = `${addresses.gateway}/graphql`;
start([...example.words, ports.app], {
  cwd: folder,
  env: { ...process.env, VITE_GATEHOUSE_URL: graphql, GATEHOUSE_URL: graphql, NEXT_TELEMETRY_DISABLED: '1' },
});
const ended = untilEnded();
await Promise.race([
  ended,
  Promise.all([untilAnswered(`${addresses.gateway}/health/ready`), untilAnswered(addresses.app)]),
]);
if (children.every(({ child }) => child.exitCode === null)) {
  console.log(
    `\n  The example is ready.\n\n    App       ${addresses.app}\n    Gateway   ${addresses.gateway}\n    Mailbox   ${addresses.gateway}/dev/mail\n`,
  );
}
await ended;
