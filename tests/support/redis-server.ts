import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
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
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Another client of it, for the test. */
  client(): Redis;
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
    async stop(signal = 'SIGTERM') {
      const last = child;
      child = undefined;
      if (last === undefined || last.exitCode !== null) return;
      last.kill(signal);
      await once(last, 'exit');
    },
    client() {
      const client = new Redis({ port, ...(tls === undefined ? {} : { tls: { ca: readFileSync(tls.ca) } }) });
      client.on('error', () => undefined);
      whenFinished(() => client.disconnect());
      return client;
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
const MASTERS = 3;

/** One node of a cluster that is still alone. */
async function clusterNode(tls: Certificates | undefined) {
  const bus = await freePort();
  const own = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '1000'];
  const secure = ['--tls-cluster', 'yes', '--tls-replication', 'yes', '--cluster-announce-hostname', 'localhost'];
  const parameters = tls === undefined ? own : [...own, ...secure, '--cluster-preferred-endpoint-type', 'hostname'];
  const server = await redisServer({ parameters, ...(tls === undefined ? {} : { tls }) });
  return { server, bus, client: server.client() };
}

/** Waits until a node knows of as many nodes and every part of the keys has its master. */
async function whole(client: Redis, nodes: number): Promise<void> {
  await eventually(async () => {
    const info = String(await client.call('CLUSTER', 'INFO'));
    for (const wanted of ['cluster_state:ok', `cluster_size:${MASTERS}`, `cluster_known_nodes:${nodes}`]) {
      if (!info.includes(wanted)) throw new Error(info);
    }
  });
}

/** Starts three masters that share the keys of one cluster, and a replica of each where they are asked for. */
export async function redisCluster(options: { replicas?: boolean; tls?: Certificates } = {}): Promise<RedisServer[]> {
  const { replicas = false, tls } = options;
  const count = replicas ? 2 * MASTERS : MASTERS;
  const nodes = await Promise.all(Array.from({ length: count }, () => clusterNode(tls)));
  const [first, ...others] = nodes;
  for (const [index, { client }] of nodes.entries()) {
    if (index < MASTERS) {
      const [from, to] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / MASTERS));
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
    }
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
  for (const { server, bus } of others) await first?.client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, bus);
  for (const { client } of nodes) await whole(client, count);
  for (const [index, { client }] of nodes.slice(MASTERS).entries()) {
    const id = String(await nodes[index]?.client.call('CLUSTER', 'MYID'));
    await client.call('CLUSTER', 'REPLICATE', id);
    await eventually(async () => {
      const role = await client.role();
      if (role[3] !== 'connected') throw new Error(String(role));
    });
  }
  return nodes.map(({ server }) => server);
}
