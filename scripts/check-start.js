// Starts the built gateway like a new user, without any server or settings, executes one query, and stops it with SIGTERM.
// Fails if any step fails.

import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../tests/support/ports.ts';

const READY_MS = 60_000;
const STOP_MS = 20_000;

function start(dataDir, port) {
  const { PATH, HOME, LANG } = process.env;
  const noServers = { DATABASE_URL: '', REDIS_URL: '', SMTP_URL: '' }; // override any `.env` file
  const child = spawn('npm', ['start'], {
    env: { PATH, HOME, LANG, ...noServers, NODE_ENV: 'development', DATA_DIR: dataDir, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a separate process group, so that nothing keeps running after a failure
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  // 'close' is emitted when the last process closes the pipes, 'exit' when npm alone has ended.
  const closed = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  return { child, closed, output: () => Buffer.concat(output).toString() };
}

async function untilReady(address, closed) {
  const gone = closed.then((code) => {
    throw new Error(`the gateway ended with ${code} before it was ready`);
  });
  const poll = async () => {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      const response = await fetch(`${address}/health/ready`).catch(() => undefined);
      if (response?.ok) return;
      await sleep(100);
    }
    throw new Error(`the gateway was not ready within ${READY_MS / 1000} s`);
  };
  await Promise.race([gone, poll()]);
}

async function ask(address, query) {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (!data || errors)
    throw new Error(`${query} was answered with ${response.status} ${JSON.stringify({ data, errors })}`);
}

async function stop(child, closed) {
  child.kill('SIGTERM');
  const code = await Promise.race([closed, sleep(STOP_MS, 'nothing', { ref: false })]);
  if (code !== 0)
    throw new Error(`after SIGTERM the gateway ended with ${code} within ${STOP_MS / 1000} s; expected 0`);
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** An embedded PostgreSQL that was not stopped leaves its lock file. */
function checkNothingRuns(dataDir) {
  const lock = readdirSync(dataDir, { recursive: true }).find((name) => name.endsWith('postmaster.pid'));
  if (lock) throw new Error(`the embedded database was not stopped: ${lock} is still there`);
}

const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-start-'));
chmodSync(dataDir, 0o755); // the embedded database can run as a separate user
const port = await freePort();
const address = `http://127.0.0.1:${port}`;
const gateway = start(dataDir, port);
try {
  await untilReady(address, gateway.closed);
  await ask(address, '{ __typename }');
  await ask(address, '{ me { id } }');
  await stop(gateway.child, gateway.closed);
  checkNothingRuns(dataDir);
  rmSync(dataDir, { recursive: true });
  console.log('the built gateway started, answered and stopped');
} catch (error) {
  killGroup(gateway.child);
  console.error(`${gateway.output()}\n${error.message}; its data: ${dataDir}`);
  process.exit(1);
}
