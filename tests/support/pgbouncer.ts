import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { whenFinished } from './cleanup.js';
import { freePort, isListening } from './ports.js';
import { temporaryDirectory } from './temporary-directory.js';

function installedVersion(): [major: number, minor: number] | undefined {
  try {
    const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(execFileSync('pgbouncer', ['--version']).toString()) ?? [];
    return [Number(major), Number(minor)];
  } catch {
    return undefined;
  }
}

/** What the installed PgBouncer can do with prepared statements when it pools by transaction; nothing without one. */
export function poolerModes(): { mode: string; keepsStatements: boolean; settings: Record<string, string> }[] {
  const version = installedVersion();
  if (version === undefined) return [];
  const [major, minor] = version;
  if (major === 1 && minor < 21) return [{ mode: 'of an older version', keepsStatements: false, settings: {} }];
  return ['200', '0'].map((count) => ({
    mode: `with max_prepared_statements = ${count}`,
    keepsStatements: count !== '0',
    settings: { max_prepared_statements: count },
  }));
}

/** Starts a PgBouncer that pools by transaction before the server of a database, and tells the database's URL through it. */
export async function pgBouncer(databaseUrl: string, settings: Record<string, string> = {}): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const directory = temporaryDirectory('pgbouncer');
  const listen = await freePort();
  const own = {
    listen_addr: '127.0.0.1',
    listen_port: String(listen),
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: '6',
    ...settings,
  };
  const lines = Object.entries(own).map(([name, value]) => `${name} = ${value}`);
  const database = `${pathname.slice(1)} = host=${hostname} port=${port} user=${username} password=${password}`;
  const file = join(directory, 'pgbouncer.ini');
  writeFileSync(file, ['[databases]', database, '[pgbouncer]', ...lines, ''].join('\n'));
  chmodSync(file, 0o644);
  // It refuses to run as root.
  const account = process.getuid?.() === 0 ? ['--user', 'postgres'] : [];
  const child = spawn('pgbouncer', ['--quiet', ...account, file], { stdio: 'ignore' });
  whenFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    rmSync(directory, { recursive: true, force: true });
  });
  await vi.waitFor(async () => {
    if (!(await isListening(listen))) throw new Error('PgBouncer does not listen');
  }, 10_000);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${listen}`;
  return url.href;
}
