import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const SECRET_CHARACTERS = 32;

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The text of a file, or `undefined` if it does not exist. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Flushes a file or folder to disk, as a power loss would otherwise leave an empty key file. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

function isSecret(text: string): boolean {
  return text.length >= SECRET_CHARACTERS && /^[\x21-\x7e]+$/.test(text);
}

async function readSecret(path: string): Promise<string | undefined> {
  const kept = (await readIfPresent(path))?.trim();
  if (kept === undefined || isSecret(kept)) return kept;
  const rule = `does not contain a secret of at least ${SECRET_CHARACTERS} printable characters`;
  throw new Error(`${path} ${rule}. Restore the file, or delete it together with all data that depends on it.`);
}

/** Writes a new secret if the file does not exist. If two processes start together, the first complete file wins. */
async function makeSecret(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
    await sync(draft);
    await link(draft, path);
    await sync(dirname(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * A secret that is generated on the first call and read from its file (mode 0600) on every later call.
 * @throws Error that names the file if its content cannot be the secret, for example after a full disk or a power loss.
 */
export async function keptSecret(path: string): Promise<string> {
  const kept = await readSecret(path);
  if (kept !== undefined) return kept;
  await makeSecret(path);
  return (await readSecret(path)) ?? (await keptSecret(path));
}
