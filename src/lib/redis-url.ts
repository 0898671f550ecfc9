/** One of several servers. */
interface Host {
  host: string;
  port: number;
}

/** The parsed REDIS_URL. */
export interface RedisLocation {
  kind: 'single' | 'sentinel' | 'cluster';
  secure: boolean;
  hosts: readonly Host[];
  username: string | undefined;
  password: string | undefined;
  sentinelPassword: string | undefined;
  /** The name of the sentinels' master. */
  master: string;
  database: number;
  /** Paths of PEM files: the CA, and the client's certificate and key. */
  files: Partial<Record<'ca' | 'cert' | 'key', string>>;
}

/** The schemes of REDIS_URL. */
export const REDIS_SCHEMES = [
  'redis:',
  'rediss:',
  'redis+sentinel:',
  'rediss+sentinel:',
  'redis+cluster:',
  'rediss+cluster:',
] as const;

const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 };
/** The same parameter names as in DATABASE_URL. */
const FILES = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const;
const AUTHORITY = /^([a-z+]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/is;

/** Splits the hosts of a URL: the URL with its first host alone, which is valid, and the other hosts. */
export function splitHosts(text: string): { url: string; others: string[] } {
  const [, before = '', hosts = '', after = ''] = AUTHORITY.exec(text.trim()) ?? [];
  const [first = '', ...others] = hosts.split(',');
  return { url: `${before}${first}${after}`, others };
}

function hostOf(text: string, port: number): Host | undefined {
  const url = /[/?#@\s]/.test(text) ? null : URL.parse(`redis://${text}`);
  if (url === null || url.hostname === '') return undefined;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || port) };
}

function kindOf(protocol: string): RedisLocation['kind'] {
  if (protocol.endsWith('+sentinel:')) return 'sentinel';
  return protocol.endsWith('+cluster:') ? 'cluster' : 'single';
}

/** The files named in the query. `system` selects the CAs of Node.js. */
function filesOf(url: URL): RedisLocation['files'] {
  const found = Object.entries(FILES).map(([name, file]) => [file, url.searchParams.get(name)] as const);
  return Object.fromEntries(found.filter(([, path]) => path && path !== 'system'));
}

const decoded = (text: string | null) => (text === null || text === '' ? undefined : decodeURIComponent(text));

/**
 * Parses REDIS_URL, whose host can be a comma-separated list.
 * @throws Error with the rest of a sentence that starts with the setting, without any value.
 */
export function parseRedisUrl(text: string): RedisLocation {
  const { url: first, others } = splitHosts(text);
  const url = new URL(first);
  const kind = kindOf(url.protocol);
  const listed = [url.host, ...others, ...(kind === 'sentinel' ? url.searchParams.getAll('sentinel') : [])];
  const hosts = listed.map((host) => hostOf(host, PORTS[kind])).filter((host) => host !== undefined);
  if (hosts.length < listed.length) throw new Error('contains an invalid host: write host:port,host:port');
  if (kind === 'single' && hosts.length > 1) throw new Error('can list several hosts only for sentinels or a cluster');
  const [, one = '', two = ''] = url.pathname.split('/');
  const [master, database] = kind === 'sentinel' ? [one, two] : ['', one];
  if (kind === 'sentinel' && master === '') {
    throw new Error('must name the master: redis+sentinel://host:26379/master-name');
  }
  if (!/^\d{0,5}$/.test(database)) throw new Error('must name the database by its number');
  if (kind === 'cluster' && Number(database) !== 0) throw new Error('must not name a database: a cluster has only one');
  return {
    kind,
    secure: url.protocol.startsWith('rediss'),
    hosts,
    username: decoded(url.username),
    password: decoded(url.password),
    sentinelPassword: url.searchParams.get('sentinelPassword') ?? undefined,
    master: decodeURIComponent(master),
    database: Number(database),
    files: filesOf(url),
  };
}
