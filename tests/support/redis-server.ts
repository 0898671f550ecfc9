import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { Certificates } from './certificates.js';
import { whenFinished } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './ports.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A Redis of the test's own, empty at each start. */
export interface RedisServer {
  url: string;
  port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Redis that the test may stop and start again on the same port; by `tls` with that certificate alone. */
export async function redisServer(options: { parameters?: string[]; tls?: Certificates } = {}): Promise<RedisServer> {
  const port = await freePort();
  const { parameters: more = [], tls } = options;
  const listening =
    tls === undefined
      ? ['--port', String(port)]
      : ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', '--tls-ca-cert-file', tls.ca];
  // One that follows another writes what it copied into its folder.
  const directory = temporaryDirectory('redis');
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    url: tls === undefined ? `redis://127.0.0.1:${port}` : `rediss://localhost:${port}?sslrootcert=${tls.ca}`,
    port,
    async start() {
      const certificate = tls === undefined ? [] : ['--tls-cert-file', tls.certificate, '--tls-key-file', tls.key];
      const kept = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      const parameters = [...listening, ...certificate, ...kept, ...more];
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

const SLOTS = 16_384;

/** Starts three masters that share the keys of one cluster. */
export async function redisCluster(): Promise<RedisServer[]> {
  const nodes = await Promise.all(
    [1, 2, 3].map(async () => {
      const bus = await freePort();
      const parameters = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000'];
      return { server: await redisServer({ parameters }), bus };
    }),
  );
  const clients = nodes.map(({ server }) => new Redis(server.url));
  try {
    for (const [index, client] of clients.entries()) {
      const share = [index, index + 1].map((part) => Math.floor((part * SLOTS) / nodes.length));
      await client.call('CLUSTER', 'ADDSLOTSRANGE', share[0] ?? 0, (share[1] ?? 0) - 1);
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }
    for (const { server, bus } of nodes.slice(1)) {
      await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', server.port, bus);
    }
    for (const client of clients) {
      await eventually(async () => {
        const info = String(await client.call('CLUSTER', 'INFO'));
        if (!info.includes('cluster_state:ok') || !info.includes('cluster_size:3')) throw new Error(info);
      });
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
  return nodes.map(({ server }) => server);
}
