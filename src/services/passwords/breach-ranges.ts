import { opendir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pwnedPasswordRange } from 'hibp';

/** Why nothing can be said about a password now. The message names no part of a digest. */
export class RangesUnavailable extends Error {
  override readonly name = 'RangesUnavailable';
}

const PREFIX_LENGTH = 5;
const ANSWER_WITHIN_MILLISECONDS = 10_000;
const SUFFIX = /^[0-9a-f]{35}$/i;
const RANGE_FILE = /^[0-9a-f]{5}(\.txt)?$/i;

/** The lines of a range: the rest of a digest, and how often its password was found. Padding was found never. */
type Range = ReadonlyMap<string, number>;

function toRange(lines: (readonly [string, number])[]): Range {
  return new Map(lines.map(([suffix, count]) => [suffix.toUpperCase(), count]));
}

function parseRange(text: string): Range {
  const lines = text.split('\n').map((line) => line.trim().split(':'));
  return toRange(lines.map(([suffix = '', count]) => [suffix, Number(count)]));
}

/** An error of the network has its code in its cause, one of a file in itself, and an HTTP status is told by its text. */
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
    // A server may quote the question in its refusal.
    throw new RangesUnavailable(`the check service did not answer (${reason.includes(prefix) ? 'refused' : reason})`);
  });
  const lines = Object.entries(found);
  // A page of a proxy in between is no answer, and would pass for one that knows nothing.
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

/** A folder without any range is one that was not mounted, and says nothing about a password. */
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
 * Whether a SHA-1 digest is that of a breached password. Only its first five digits leave the process, and padding hides
 * by the answer's length what was asked (k-anonymity). Rejects with RangesUnavailable where nobody answers.
 */
export async function isBreached(source: string, digest: string): Promise<boolean> {
  const prefix = digest.slice(0, PREFIX_LENGTH);
  const range = source.startsWith('file:')
    ? await readRange(fileURLToPath(source), prefix)
    : await fetchRange(source, prefix);
  return (range.get(digest.slice(PREFIX_LENGTH)) ?? 0) > 0;
}
