import { X509Certificate } from 'node:crypto';
import { closeSync, opendirSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Reader, reader } from './readers.js';

/** Checks the content of a file. Returns the rest of a sentence about the file if it is invalid. */
type Check = (path: string) => string | undefined;

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;
/** Start of the metadata at the end of a location database (MaxMind DB File Format 2.0). */
const MMDB_MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
const LONGEST_MMDB_END = 128 * 1024;
const RANGE_FILE = /^[0-9a-f]{5}(?:\.txt)?$/i;

function reasonOf(error: unknown): string {
  return `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'})`;
}

/** The reason why the file cannot be used. Undefined if it can. */
function problemOfFile(path: string, check: Check): string | undefined {
  try {
    if (statSync(path).isDirectory()) return 'cannot be read (it is a folder)';
    return check(path);
  } catch (error) {
    return reasonOf(error);
  }
}

function certificateProblem(path: string): string | undefined {
  const text = readFileSync(path, 'utf8');
  if (!CERTIFICATE.test(text)) return 'is not a certificate in PEM format';
  try {
    void new X509Certificate(text);
    return undefined;
  } catch {
    return 'contains a damaged certificate';
  }
}

function privateKeyProblem(path: string): string | undefined {
  return PRIVATE_KEY.test(readFileSync(path, 'utf8')) ? undefined : 'is not a private key in PEM format';
}

function mmdbProblem(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = statSync(path);
    const end = Buffer.alloc(Math.min(size, LONGEST_MMDB_END));
    readSync(file, end, 0, end.length, size - end.length);
    return end.includes(MMDB_MARKER) ? undefined : 'is not an .mmdb database';
  } finally {
    closeSync(file);
  }
}

/** URL parameters that name TLS files, each with a check of the file. */
const TLS_FILES: Record<string, Check> = {
  sslrootcert: certificateProblem,
  sslcert: certificateProblem,
  sslkey: privateKeyProblem,
};

/** Rejects a connection URL whose TLS files are missing or invalid. `system` selects the CAs of Node.js. */
export function checkTlsFiles({ searchParams }: URL, refuse: (reason: string) => void): void {
  for (const [name, check] of Object.entries(TLS_FILES)) {
    const path = searchParams.get(name);
    if (!path || path === 'system') continue;
    const problem = problemOfFile(path, check);
    if (problem !== undefined) refuse(`names a file in ${name} that ${problem}`);
  }
  if (Boolean(searchParams.get('sslcert')) !== Boolean(searchParams.get('sslkey'))) {
    refuse('must set sslcert and sslkey together: a certificate needs its key');
  }
}

/** Reads the path of a location database. */
export const locationsDatabase: Reader<string> = reader((text, refuse) => {
  const problem = problemOfFile(text, mmdbProblem);
  if (!/\.mmdb$/.test(text)) refuse('must be the path of an .mmdb file');
  else if (problem !== undefined) refuse(`names a file that ${problem}`);
  return text;
});

/** Reads a folder as an absolute path. It does not have to exist. */
export const folder: Reader<string> = reader((text, refuse) => {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) refuse('must be the path of a folder, not a URL');
  return resolve(text);
});

/** Returns true if a folder contains an entry with a matching name. Throws if it cannot be read. */
function hasEntry(path: string, fits: (name: string) => boolean): boolean {
  const entries = opendirSync(path);
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) if (fits(entry.name)) return true;
    return false;
  } finally {
    entries.closeSync();
  }
}

/** Reads an existing folder. */
export const existingFolder: Reader<string> = folder.pipe(
  reader((path, refuse) => {
    try {
      hasEntry(path, () => true);
    } catch (error) {
      refuse(`must be a folder: it ${reasonOf(error)}`);
    }
    return path;
  }),
);

/** Rejects a folder without password ranges, for example because it was not mounted. */
export function checkRanges(path: string, refuse: (reason: string) => void): void {
  try {
    if (!hasEntry(path, (name) => RANGE_FILE.test(name))) {
      refuse('names a folder without range files, which have names such as 21BD1 or 21BD1.txt');
    }
  } catch (error) {
    refuse(`names a folder that ${reasonOf(error)}`);
  }
}
