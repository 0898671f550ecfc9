import { fork, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MILLISECONDS = 30_000;
const STOP_MILLISECONDS = 10_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What every child gets of our environment, so that no setting of a shell or of `.env` reaches a measurement. */
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

/** Starts the built gateway and waits until it says that it is ready. */
export async function startGateway(env, execArgv) {
  const port = await freePort();
  const child = spawn(process.execPath, [...execArgv, 'dist/main.js'], {
    env: cleanEnvironment({ ...env, PORT: String(port) }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + READY_MILLISECONDS; Date.now() < until && child.exitCode === null; await sleep(50)) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return { url, stop: () => stop(child) };
  }
  await stop(child);
  throw new Error('the gateway did not get ready');
}

/** Starts one of our own scripts, which tells by a message that it is ready. */
export async function startScript(path, env = {}) {
  const child = fork(path, { env: cleanEnvironment(env), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise((_resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${path} ended with ${code}`)));
  });
  ended.catch(() => undefined); // heard below, by whoever waits for a message
  const message = () => Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  const ready = await message();
  return {
    ready,
    ask(question) {
      const answer = message();
      child.send(question);
      return answer;
    },
    stop: () => stop(child),
  };
}
