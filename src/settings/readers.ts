import { z } from 'zod';
import { isBlank } from '../lib/visible-text.js';

/** Converts the text of a variable to its value. Each call of `refuse` adds a reason why the text is rejected. */
export type Read<T> = (text: string, refuse: (reason: string) => void) => T;

/** A zod type that converts the text of a variable. */
export type Reader<T> = z.ZodType<T, string>;

const SECONDS_PER_UNIT: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
const LONGEST_DURATION = 366 * 86_400;

/** Creates a zod type from a reading function. zod discards its return value after a rejection. */
export function reader<T>(read: Read<T>): Reader<T> {
  return z
    .string({ error: 'must be set in production' })
    .transform((text, context) => read(text, (message) => context.addIssue({ code: 'custom', message })));
}

/** Reads a duration such as `15m`, `14d`, `60s`, `1h` or plain seconds, as seconds within the bounds. */
export function duration(least = 1, most = LONGEST_DURATION): Reader<number> {
  return reader((text, refuse) => {
    const [, amount, unit] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
    const seconds = Number(amount) * (SECONDS_PER_UNIT[unit ?? ''] ?? Number.NaN);
    if (!(seconds >= least && seconds <= most)) {
      refuse(
        `must be a duration from ${describeSeconds(least)} to ${describeSeconds(most)}, such as 90s, 15m, 12h or 7d`,
      );
    }
    return seconds;
  });
}

/** Formats seconds in the largest unit that divides them: 900 is `15m`. */
export function describeSeconds(seconds: number): string {
  const units = Object.entries(SECONDS_PER_UNIT).filter(([unit]) => unit !== '');
  const [unit = 's', size = 1] = units.findLast(([, length]) => seconds > 0 && seconds % length === 0) ?? [];
  return `${seconds / size}${unit}`;
}

/** Reads a whole number within the bounds. Only digits are accepted. */
export function wholeNumber(least: number, most: number): Reader<number> {
  return reader((text, refuse) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) refuse(`must be a whole number from ${least} to ${most}`);
    return value;
  });
}

/** Reads a boolean: `true`, `1`, `on` or `yes`, and `false`, `0`, `off` or `no`, in any case. */
export const flag: Reader<boolean> = reader((text, refuse) => {
  const on = /^(true|1|on|yes)$/i.test(text);
  if (!on && !/^(false|0|off|no)$/i.test(text)) refuse('must be one of true, 1, on, yes, false, 0, off, no');
  return on;
});

/** Reads one of the choices, case-sensitively. */
export function oneOf<const T extends string>(...choices: T[]): Reader<T> {
  return reader((text, refuse) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) refuse(`must be one of ${choices.join(', ')}`);
    return choice as T;
  });
}

/** Reads one of the lower-case choices, in any case. */
export function oneOfAnyCase<const T extends string>(...choices: T[]): Reader<T> {
  const exact = oneOf(...choices);
  return z
    .string({ error: 'must be set in production' })
    .transform((text) => text.toLowerCase())
    .pipe(exact);
}

/** Reads text that matches the pattern; `rule` completes the sentence "must …". */
export function matching(pattern: RegExp, rule: string): Reader<string> {
  return reader((text, refuse) => {
    if (!pattern.test(text)) refuse(`must ${rule}`);
    return text;
  });
}

/** Reads a displayed name, which must match the pattern and have a visible character. */
export function visibleName(pattern: RegExp, rule: string): Reader<string> {
  return reader((text, refuse) => {
    if (!pattern.test(text)) refuse(`must ${rule}`);
    else if (isBlank(text)) refuse('must have visible characters');
    return text;
  });
}

/**
 * Reads a comma-separated list without duplicates. A rejected entry is reported by its position and never quoted, as it could
 * be a secret in the wrong variable.
 */
export function listOf<T>(read: Read<T>): Reader<readonly T[]> {
  return reader((text, refuse) => {
    const values = entriesOf(text).map((entry, index) =>
      read(entry, (reason) => refuse(`entry ${index + 1} ${reason}`)),
    );
    return [...new Set(values)];
  });
}

/** The trimmed entries of a comma-separated list. Empty ones are kept, so that a stray comma is rejected. */
export function entriesOf(text: string): string[] {
  return text.split(',').map((entry) => entry.trim());
}

/** Returns true if a text is in quotes, which `docker --env-file` and YAML lists keep as part of the value. */
export function isQuoted(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.length > 1 && /^["']/.test(trimmed) && trimmed.at(0) === trimmed.at(-1);
}
