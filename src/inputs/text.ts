import { z } from 'zod';
import type { InputRule } from '../problems.js';

/** Control characters, NUL among them: typed text has none, and neither logs nor the database accept them. */
const CONTROL = /\p{Cc}/u;

/** The message and the rule code of a check of our own. */
export function violates(rule: InputRule, error: string) {
  return { error, params: { rule } };
}

/** Rejects unpaired surrogates: the database stores them neither as text nor in JSON, and hashes do not distinguish them. */
export function wellFormed(text: z.ZodString) {
  return text.refine((value) => value.isWellFormed(), violates('characters', 'Invalid characters.'));
}

/** Text without control characters, of at most `longest` characters. */
export function line(longest: number) {
  const text = z
    .string()
    .max(longest, `Use at most ${longest} characters.`)
    .refine((value) => !CONTROL.test(value), violates('characters', 'Remove control characters.'));
  return wellFormed(text);
}

/** Text that matches the pattern. */
export function matching(pattern: RegExp, rule: InputRule, error: string) {
  return z.string().refine((value) => pattern.test(value), violates(rule, error));
}
