import { readFileSync } from 'node:fs';
import { checkServerIdentity } from 'node:tls';
import type pg from 'pg';
import type { SteadyClientConfig } from './steady-client.js';

type Tls = Exclude<pg.ClientConfig['ssl'], undefined>;
type Own = Omit<SteadyClientConfig, 'connectionString'> & { application_name: string };

/** The mark of our own in every `application_name`; a name in the URL takes its place. */
const OWN_NAME = 'gatehouse';
/** What the URL says of how to connect, which node-postgres would read in its own way, or let replace what is ours. */
const READ_HERE = [
  'application_name',
  'options',
  'ssl',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslnegotiation',
  'sslpassword',
  'sslrootcert',
  'uselibpqcompat',
];

function readFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`The file that ${name} of the database's URL names cannot be read (${code}): ${path}`, { cause });
  }
}

/** Where the server is: a name, an address, or the folder of a socket. */
function hostOf(url: URL): string {
  return url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.+)\]$/, '$1');
}

/** `ssl`, the word of node-postgres, in those of libpq. */
function modeOf(query: URLSearchParams): string | null {
  const mode = query.get('sslmode');
  if (mode !== null) return mode === 'no-verify' ? 'require' : mode;
  const ssl = query.get('ssl');
  if (ssl === 'true' || ssl === '1') return 'verify-full';
  if (ssl === 'no-verify') return 'require';
  return query.has('sslrootcert') || query.get('sslnegotiation') === 'direct' ? 'verify-full' : null;
}

/** Who is believed to be the server: libpq has `require` believe anybody, unless a CA is named. */
function trustOf(mode: string, host: string, ca: string | undefined): Exclude<Tls, boolean> {
  if (mode === 'verify-full') {
    // Where the host is an address, the driver would have the certificate compared with the name `localhost`.
    return { checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate) };
  }
  if (mode === 'verify-ca' || ca !== undefined) return { checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

/** TLS as libpq reads the URL, but that `prefer` and `allow` never fall back to the clear; without a mode there is none. */
function tlsOf(url: URL): Tls | undefined {
  const { searchParams: query } = url;
  const [mode, host] = [modeOf(query), hostOf(url)];
  if (mode === 'disable' || host.startsWith('/')) return false;
  if (mode === null) return undefined;
  const file = (name: string) => {
    const path = query.get(name);
    return path === null || path === '' || path === 'system' ? undefined : readFile(name, path);
  };
  const [ca, cert, key] = [file('sslrootcert'), file('sslcert'), file('sslkey')];
  const passphrase = query.get('sslpassword') ?? undefined;
  return {
    ...trustOf(mode, host, ca),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** What the driver connects with. */
export type ConnectionOptions = SteadyClientConfig & { connectionString: string; application_name: string };

/**
 * How to connect to a database: what its URL says, beside what is `own`. Every connection of ours is made with it, so that
 * none is less protected than another. The `options` of both are sent, and of two that differ our own holds.
 */
export function connectionOptions(text: string, own: Own): ConnectionOptions {
  const url = new URL(text);
  const { searchParams: query } = url;
  const ssl = tlsOf(url);
  const options = [query.get('options'), own.options].filter(Boolean).join(' ');
  const name = own.application_name.replace(OWN_NAME, () => query.get('application_name') ?? OWN_NAME);
  const isDirect = ssl !== undefined && ssl !== false && query.get('sslnegotiation') === 'direct';
  const rest = new URL(url);
  for (const read of READ_HERE) rest.searchParams.delete(read);
  return {
    ...own,
    connectionString: rest.href,
    application_name: name,
    ...(options === '' ? {} : { options }),
    ...(ssl === undefined ? {} : { ssl }),
    ...(isDirect ? { sslnegotiation: 'direct' } : {}),
  };
}
