import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError } from './describe-error.js';
import { LogOutput } from './log-output.js';
import { prettyStream } from './pretty-log.js';

/** Fields that can hold a secret and are redacted in the log. */
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

/** The log destination, as JSON or in readable form. */
export function logDestination(format: 'json' | 'pretty', stream: 'stdout' | 'stderr' = 'stdout'): DestinationStream {
  const descriptor = stream === 'stdout' ? 1 : 2;
  if (format === 'pretty') return prettyStream(pino.destination(descriptor));
  return stream === 'stdout' ? new LogOutput(descriptor) : pino.destination(descriptor);
}

/** Returns the function that writes the time of a line. Lines of one millisecond share its text. */
function createTimestamp(): () => string {
  let last = Number.NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== last) text = `,"time":"${new Date(now).toISOString()}"`;
    last = now;
    return text;
  };
}

/** A logger that writes JSON lines, by default to standard output. `level` is a pino level. */
export function createLogger(level: string, destination: DestinationStream = pino.destination(1)): Logger {
  const options = {
    level,
    base: { service: 'gatehouse' },
    timestamp: createTimestamp(),
    serializers: { err: describeError },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  return pino(options, destination);
}
