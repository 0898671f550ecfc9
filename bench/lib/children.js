import { execFileSync, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const READY_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 10_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The environment of a child process. Variables of the shell and `.env` do not affect measurements. */
export function cleanEnvironment(own) {
  const { PATH, HOME, LANG } = process.env;
  return { PATH, HOME, LANG, NODE_ENV: 'development', ...own };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([exited, sleep(STOP_MILLISECONDS, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await exited;
}

/** Starts a server that listens on PORT, and waits until the response of `path` satisfies `isReady`. */
export async function startServer({ script, env = {}, execArgv = [], path = '/', isReady = ({ ok }) => ok }) {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, [...execArgv, script], {
    env: cleanEnvironment({ ...env, PORT: String(port) }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { pid } = child;
  const url = `http://127.0.0.1:${port}`;
  for (const until = begun + READY_MILLISECONDS; performance.now() < until && child.exitCode === null; ) {
    const answer = await fetch(`${url}${path}`).catch(() => undefined);
    if (answer && isReady(answer))
      return { url, pid, startMilliseconds: performance.now() - begun, stop: () => stop(child) };
    await sleep(5);
  }
  await stop(child);
  throw new Error(`${script} did not become ready`);
}

/** Starts a script of the benchmark, which reports readiness by a message. */
export async function startScript(script, env = {}) {
  const child = fork(fileURLToPath(script), {
    env: cleanEnvironment(env),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise((_resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  ended.catch(() => undefined); // handled below when waiting for a message
  const message = () => Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  const ready = await message();
  return {
    ready,
    pid: child.pid,
    ask(question) {
      const answer = message();
      child.send(question);
      return answer;
    },
    stop: () => stop(child),
  };
}

const TICKS_PER_SECOND = process.platform === 'linux' ? Number(execFileSync('getconf', ['CLK_TCK'])) : 0;

/** CPU time of a process since its start. NaN if there is no /proc. */
export function cpuMilliseconds(pid) {
  if (TICKS_PER_SECOND === 0) return Number.NaN;
  const [, afterName = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const [user, system] = afterName.split(' ').slice(11, 13).map(Number);
  return ((user + system) * 1000) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MiB. NaN if there is no /proc. */
export function residentMebibytes(pid) {
  if (process.platform !== 'linux') return Number.NaN;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}
