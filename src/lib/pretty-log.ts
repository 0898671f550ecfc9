import type { DestinationStream } from 'pino';

const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
const COLORS: Readonly<Record<string, number>> = { WARN: 33, ERROR: 31, FATAL: 31, DEBUG: 90, TRACE: 90 };
const LEVEL_WIDTH = 5;

type Line = Record<string, unknown> & { err?: { stack?: string } };

function colored(text: string, code: number | undefined): string {
  return code === undefined ? text : `\x1b[${code}m${text}\x1b[0m`;
}

function shown(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** Formats a log line for people: time of day, level, message and fields, followed by the stack of an error. */
export function prettyLine(json: string): string {
  const { level, time, msg, service: _service, err, ...facts } = JSON.parse(json) as Line;
  const name = LEVELS[Number(level)] ?? String(level);
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  const told = Object.entries(facts).map(([key, value]) => `${key}=${shown(value)}`);
  const head = `${colored(clock, 90)} ${colored(name.padEnd(LEVEL_WIDTH), COLORS[name])} ${String(msg ?? '')}`;
  const stack = typeof err?.stack === 'string' ? `\n    ${err.stack.replaceAll('\n', '\n    ')}` : '';
  return `${head} ${colored(told.join(' '), 90)}`.trimEnd() + stack;
}

/** A stream that formats JSON log lines for people. */
export function prettyStream(destination: DestinationStream): DestinationStream {
  return {
    write(json) {
      let line = json;
      try {
        line = `${prettyLine(json)}\n`;
      } catch {
        // Lines that are not JSON are shown unchanged.
      }
      destination.write(line);
    },
  };
}
