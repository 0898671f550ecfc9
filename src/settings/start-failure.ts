import { isDatabaseUnavailable } from '../lib/database-errors.js';
import type { Settings } from '../settings.js';

const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC']);

interface SystemError {
  code?: string;
  syscall?: string;
  path?: string;
}

/** The first line of an error's message, or its code where it has none, as an AggregateError of a dual-stack host. */
function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line] = error.message.split('\n');
  return line || (error as SystemError).code || error.name;
}

/** Says in one line why the process can not start, and what to do about it where that is known. */
export function startFailure(error: unknown, { host, port, dataDir }: Settings): string {
  const { code = '', syscall, path } = (error instanceof Error ? error : {}) as SystemError;
  if (code === 'EADDRINUSE') return `Port ${port} of ${host} is in use by another process. Set PORT to a free one.`;
  if (syscall === 'listen') return `HOST ${host} and PORT ${port} can not be listened on (${code}).`;
  if (path !== undefined && NOT_WRITABLE.has(code)) {
    return `DATA_DIR ${dataDir} can not be written (${code} at ${path}). Set DATA_DIR to a folder that can.`;
  }
  if (isDatabaseUnavailable(error)) return `The database can not be reached (${firstLine(error)}).`;
  return `The gateway can not start: ${firstLine(error)}`;
}
