import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { whenFinished } from './cleanup.js';
import { freePort } from './ports.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A Redis of the test's own, empty at each start. */
export interface RedisServer {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Redis that the test may stop and start again on the same port. */
export async function redisServer(): Promise<RedisServer> {
  const port = await freePort();
  // One that follows another writes what it copied into its folder.
  const directory = temporaryDirectory('redis');
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const parameters = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      const next = spawn('redis-server', parameters, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });
      child = next;
      await new Promise<void>((resolve, reject) => {
        next.once('exit', () => reject(new Error('redis-server did not start')));
        next.stdout.on('data', (text: Buffer) => text.includes('Ready to accept connections') && resolve());
      });
    },
    async stop() {
      const last = child;
      child = undefined;
      if (last === undefined || last.exitCode !== null) return;
      last.kill('SIGTERM');
      await once(last, 'exit');
    },
  };
  await server.start();
  whenFinished(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return server;
}
