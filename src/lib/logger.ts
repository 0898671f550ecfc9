import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError } from './describe-error.js';
import { prettyStream } from './pretty-log.js';

/** Fields that may carry a secret; they never reach a log line. */
const secretFields = [
  'password',
  'newPassword',
  'currentPassword',
  'code',
  'token',
  'refreshToken',
  'accessToken',
  'authorization',
  'cookie',
  'secret',
];

/** Where the log goes: the standard output, as JSON or for people. */
export function logDestination(format: 'json' | 'pretty'): DestinationStream {
  const output = pino.destination(1);
  return format === 'pretty' ? prettyStream(output) : output;
}

/** A logger of JSON lines, to the standard output unless told otherwise; `level` is one of pino's. */
export function createLogger(level: string, destination: DestinationStream = pino.destination(1)): Logger {
  const options = {
    level,
    base: { service: 'gatehouse' },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  return pino(options, destination);
}
