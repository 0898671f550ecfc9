import { readFileSync } from 'node:fs';
import { checkServerIdentity } from 'node:tls';
import type pg from 'pg';
import type { SteadyClientConfig } from './steady-client.js';

type Tls = Exclude<pg.ClientConfig['ssl'], undefined>;
type Own = Omit<SteadyClientConfig, 'connectionString'> & { application_name: string };

/** The placeholder in every `application_name`, replaced by the URL's own name if there is one. */
const OWN_NAME = 'gatehouse';
/**
 * Parameters of the URL that are handled here. node-postgres would interpret them differently or let them replace our options.
 */
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
    throw new Error(`The file in ${name} of the database URL cannot be read (${code}): ${path}`, { cause });
  }
}

/** The server's host name, IP address or socket directory. */
function hostOf(url: URL): string {
  return url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.+)\]$/, '$1');
}

/** Translates node-postgres's `ssl` parameter to a libpq `sslmode`. */
function modeOf(query: URLSearchParams): string | null {
  const mode = query.get('sslmode');
  if (mode !== null) return mode === 'no-verify' ? 'require' : mode;
  const ssl = query.get('ssl');
  if (ssl === 'true' || ssl === '1') return 'verify-full';
  if (ssl === 'no-verify') return 'require';
  return query.has('sslrootcert') || query.get('sslnegotiation') === 'direct' ? 'verify-full' : null;
}

/** Certificate verification for a mode. As in libpq, `require` accepts any certificate unless a CA is given. */
function trustOf(mode: string, host: string, ca: string | undefined): Exclude<Tls, boolean> {
  if (mode === 'verify-full') {
    // For an IP address, the driver would compare the certificate with the name `localhost`.
    return { checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate) };
  }
  if (mode === 'verify-ca' || ca !== undefined) return { checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

/**
 * The TLS options of the URL as in libpq, except that `prefer` and `allow` never fall back to plain text. Undefined if no mode
 * is given.
 */
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

/** Connection options of the driver. */
export type ConnectionOptions = SteadyClientConfig & { connectionString: string; application_name: string };

/**
 * Combines the options of a database URL with `own` ones. Every connection is made with it, so that all have the same
 * protection. The `options` of both are sent; if they conflict, the own ones win.
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
