import { opendir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pwnedPasswordRange } from 'hibp';

/** No statement about a password is possible now. The message contains no part of a digest. */
export class RangesUnavailable extends Error {
  override readonly name = 'RangesUnavailable';
}

const PREFIX_LENGTH = 5;
const ANSWER_WITHIN_MILLISECONDS = 10_000;
const SUFFIX = /^[0-9a-f]{35}$/i;
const RANGE_FILE = /^[0-9a-f]{5}(\.txt)?$/i;

/** The lines of a range: the rest of a digest, and how often its password was found. Padding has a count of zero. */
type Range = ReadonlyMap<string, number>;

function toRange(lines: (readonly [string, number])[]): Range {
  return new Map(lines.map(([suffix, count]) => [suffix.toUpperCase(), count]));
}

function parseRange(text: string): Range {
  const lines = text.split('\n').map((line) => line.trim().split(':'));
  return toRange(lines.map(([suffix = '', count]) => [suffix, Number(count)]));
}

/**
 * Returns the code of a network error from its cause, the code of a file error from the error itself, or the text of an
 * HTTP error.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code, cause, name, message } = error as Error & { code?: unknown; cause?: { code?: unknown } };
  const found = [code, cause?.code].find((one) => typeof one === 'string');
  return String(found ?? (name === 'Error' ? message : name));
}

async function fetchRange(baseUrl: string, prefix: string): Promise<Range> {
  const options = { baseUrl, addPadding: true, timeoutMs: ANSWER_WITHIN_MILLISECONDS, userAgent: 'gatehouse' };
  const found = await pwnedPasswordRange(prefix, options).catch((error: unknown) => {
    const reason = reasonOf(error);
    // A server may quote the request in its refusal.
    throw new RangesUnavailable(`the check service did not answer (${reason.includes(prefix) ? 'refused' : reason})`);
  });
  const lines = Object.entries(found);
  // The page of an intermediate proxy must not pass for a range without this password.
  if (lines.length > 0 && !lines.some(([suffix]) => SUFFIX.test(suffix))) {
    throw new RangesUnavailable('the check service answered something else');
  }
  return toRange(lines);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw new RangesUnavailable(`the folder of ranges cannot be read (${reasonOf(error)})`);
  }
}

/** A folder without any range was not mounted, and says nothing about a password. */
async function holdsRanges(folder: string): Promise<boolean> {
  try {
    for await (const { name } of await opendir(folder)) if (RANGE_FILE.test(name)) return true;
  } catch (error) {
    throw new RangesUnavailable(`the folder of ranges cannot be read (${reasonOf(error)})`);
  }
  return false;
}

async function readRange(folder: string, prefix: string): Promise<Range> {
  const text = (await readIfThere(join(folder, prefix))) ?? (await readIfThere(join(folder, `${prefix}.txt`)));
  if (text !== undefined) return parseRange(text);
  if (await holdsRanges(folder)) return new Map();
  throw new RangesUnavailable('the folder of ranges is empty');
}

/**
 * Returns whether a SHA-1 digest is that of a breached password. Only its first five digits leave the process, and
 * padding keeps the length of the response from revealing the range (k-anonymity). Rejects with RangesUnavailable if
 * there is no answer.
 */
export async function isBreached(source: string, digest: string): Promise<boolean> {
  const prefix = digest.slice(0, PREFIX_LENGTH);
  const range = source.startsWith('file:')
    ? await readRange(fileURLToPath(source), prefix)
    : await fetchRange(source, prefix);
  return (range.get(digest.slice(PREFIX_LENGTH)) ?? 0) > 0;
}
