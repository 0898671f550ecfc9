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
    return `HOST ${host} is no name that this machine can resolve (${code}). Set HOST to an address of it, for example: 0.0.0.0`;
  }
  if (syscall !== 'listen') return undefined;
  const name = port !== undefined && port === settings.metricsPort ? 'METRICS_PORT' : 'PORT';
  const number = port ?? settings.port;
  const advice = `Set ${name} to a free one, for example: ${number === 4000 ? 4001 : 4000}`;
  if (code === 'EADDRINUSE') {
    return `Port ${number} of ${host} is in use by another process. ${advice}`;
  }
  if (code === 'EACCES') return `${name} ${number} can be listened on by root alone (${code}). ${advice}`;
  return `HOST ${host} and ${name} ${number} can not be listened on (${code}). Set HOST to an address of this machine, for example: 0.0.0.0`;
}

const TLS_ADVICE = {
  wanted: 'It takes no connection in the clear: add ?sslmode=verify-full to DATABASE_URL and DATABASE_DIRECT_URL.',
  missing: 'It offers no TLS: turn it on there, or write sslmode=disable where nobody else reads the network.',
  unbelieved: 'Its certificate is not believed: correct the host in DATABASE_URL, or name its CA by sslrootcert.',
} as const;

/** Explains in one line why the process cannot start, with advice if there is any. */
export function startFailure(error: unknown, settings: Settings): string {
  const failure = (error instanceof Error ? error : {}) as SystemError;
  const { code = '', path } = failure;
  const { dataDir } = settings;
  const ofListening = listenFailure(failure, settings);
  if (ofListening !== undefined) return ofListening;
  if (path !== undefined && NOT_WRITABLE.has(code)) {
    return `DATA_DIR ${dataDir} can not be written (${code} at ${path}). Set DATA_DIR to a folder that can, for example: ./data`;
  }
  const trouble = tlsTrouble(error);
  if (trouble !== undefined) return `The database can not be reached (${firstLine(error)}). ${TLS_ADVICE[trouble]}`;
  if (isDatabaseUnavailable(error) && !isRightMissing(error))
    return `The database can not be reached (${firstLine(error)}). DATABASE_URL says where it is, for example: ${DATABASE_EXAMPLE}`;
  return `The gateway can not start: ${firstLine(error)}`;
}
