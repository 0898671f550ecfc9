import { isDatabaseUnavailable, isRightMissing, tlsTrouble } from '../lib/database-errors.js';
import type { Settings } from '../settings.js';

const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC']);

const DATABASE_EXAMPLE = 'postgres://gatehouse:password@localhost:5432/gatehouse';

interface SystemError {
  code?: string;
  syscall?: string;
  path?: string;
  /** The port that could not be opened. */
  port?: number;
  /** The host name that could not be resolved. */
  hostname?: string;
}

/** The first line of an error's message, or its code if the message is empty, as for an AggregateError of a dual-stack host. */
function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line] = error.message.split('\n');
  return line || (error as SystemError).code || error.name;
}

/** The reason why the HTTP or metrics port cannot be opened. Undefined if the error is a different one. */
function listenFailure({ code = '', syscall, port, hostname }: SystemError, settings: Settings): string | undefined {
  const { host } = settings;
  if (syscall === 'getaddrinfo' && hostname === host) {
    return `HOST ${host} cannot be resolved on this machine (${code}). Set HOST to one of its addresses, for example: 0.0.0.0`;
  }
  if (syscall !== 'listen') return undefined;
  const name = port !== undefined && port === settings.metricsPort ? 'METRICS_PORT' : 'PORT';
  const number = port ?? settings.port;
  const advice = `Set ${name} to a free port, for example: ${number === 4000 ? 4001 : 4000}`;
  if (code === 'EADDRINUSE') {
    return `Port ${number} of ${host} is in use by another process. ${advice}`;
  }
  if (code === 'EACCES') return `${name} ${number} requires root privileges (${code}). ${advice}`;
  return `Cannot listen on HOST ${host} and ${name} ${number} (${code}). Set HOST to an address of this machine, for example: 0.0.0.0`;
}

const TLS_ADVICE = {
  wanted: 'It requires TLS: add ?sslmode=verify-full to DATABASE_URL and DATABASE_DIRECT_URL.',
  missing: 'It offers no TLS: enable it there, or set sslmode=disable if nobody else can read the network traffic.',
  unbelieved: 'Its certificate is not trusted: correct the host in DATABASE_URL, or set sslrootcert to its CA.',
} as const;

/** Explains in one line why the process cannot start, with advice if there is any. */
export function startFailure(error: unknown, settings: Settings): string {
  const failure = (error instanceof Error ? error : {}) as SystemError;
  const { code = '', path } = failure;
  const { dataDir } = settings;
  const ofListening = listenFailure(failure, settings);
  if (ofListening !== undefined) return ofListening;
  if (path !== undefined && NOT_WRITABLE.has(code)) {
    return `DATA_DIR ${dataDir} cannot be written (${code} at ${path}). Set DATA_DIR to a writable folder, for example: ./data`;
  }
  const trouble = tlsTrouble(error);
  if (trouble !== undefined) return `The database cannot be reached (${firstLine(error)}). ${TLS_ADVICE[trouble]}`;
  if (isDatabaseUnavailable(error) && !isRightMissing(error))
    return `The database cannot be reached (${firstLine(error)}). Check DATABASE_URL, for example: ${DATABASE_EXAMPLE}`;
  return `The gateway cannot start: ${firstLine(error)}`;
}
