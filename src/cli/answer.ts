import type { z } from 'zod';
import type { Problem } from '../problems.js';

/** The outcome of a command, for people and for programs. */
export interface Answer {
  /** What is printed without `--json`. */
  text: string;
  /** What is printed with `--json`, beside `ok`. */
  data?: Record<string, unknown>;
  /** The code of a failure; the process then exits with 1. */
  code?: string;
}

/** The answer of a command that was refused. */
export function refused({ code, message }: Problem, text: string = message): Answer {
  return { text, code };
}

/** The answer to values that break the rules of an input. */
export function invalid({ issues }: z.ZodError): Answer {
  return { text: issues.map(({ message }) => message).join(' '), code: 'INPUT_INVALID' };
}

/** Prints an answer to standard output; a failure without `--json` to standard error. Returns the exit code. */
export function printAnswer({ text, data = {}, code }: Answer, asJson: boolean): number {
  const failed = code !== undefined;
  const outcome = failed ? { ok: false, code, message: text } : { ok: true, ...data };
  const output = failed && !asJson ? process.stderr : process.stdout;
  output.write(`${asJson ? JSON.stringify(outcome) : text}\n`);
  return failed ? 1 : 0;
}
