import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError } from './describe-error.js';

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
