import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CopiedServer, copiedServer, serverAccount } from './postgres-copy.js';

/** A PostgreSQL whose tables lie on a small disk of their own. */
export interface CrampedServer extends CopiedServer {
  /** Takes all the room that is left. */
  fill(): void;
  makeRoom(): void;
}

const SIZE = '64m';

function mount(folder: string): void {
  const { uid = 0, gid = 0 } = serverAccount;
  const options = `size=${SIZE},mode=700,uid=${uid},gid=${gid}`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}

/** Whether this machine lets a test mount a disk. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

/** Puts the tables of a server that is not running onto a disk in memory; its log of changes stays where it is. */
function moveTables(directory: string): void {
  const base = join(directory, 'base');
  const aside = join(directory, 'aside');
  execFileSync('mv', [base, aside]);
  execFileSync('mkdir', [base]);
  mount(base);
  execFileSync('cp', ['-a', `${aside}/.`, base]);
  rmSync(aside, { recursive: true });
}

/** Starts a server on a copy of the prepared database. */
export async function crampedServer(): Promise<CrampedServer> {
  const server = await copiedServer({ prepare: moveTables, cleanUp: (directory) => unmount(join(directory, 'base')) });
  await server.start();
  const ballast = join(server.directory, 'base', 'ballast');
  return {
    ...server,
    fill() {
      const file = openSync(ballast, 'w');
      for (const size of [1_048_576, 4_096]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size));
        } catch {
          // The disk has no room for so much any more.
        }
      }
      closeSync(file);
    },
    makeRoom: () => rmSync(ballast),
  };
}
