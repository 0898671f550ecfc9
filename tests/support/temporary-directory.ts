import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory; in a container it may be too small for the databases. */
const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 * 1024 ** 3;

function memoryHasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}

/** Makes a directory that every account may enter; in memory where there is room, as each database is hundreds of files. */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(memoryHasRoom() ? MEMORY : tmpdir(), `gatehouse-${name}-`));
  chmodSync(directory, 0o755);
  return directory;
}
