import { type Logger, pino } from 'pino';

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

/** A logger of JSON lines; `level` is one of pino's. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: { service: 'gatehouse' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  });
}
