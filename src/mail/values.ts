import type { VariableKind } from './mails.js';

const LONGEST_USER_TEXT = 64;

// Line breaks, other control characters, and characters that reorder or hide text. Joiners that some scripts need are kept.
const INVISIBLE = /[\p{Cc}\u00ad\u061c\u180e\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;
// Characters that a mail program or a browser can treat as the dot in a host name.
const DOT_BEFORE_NAME = /[.\u2024\u3002\ufe52\uff0e\uff61](?=[\p{L}\p{M}\p{Cf}])/gu;

/** Converts text to one line without control characters and characters that reorder or hide text. */
export function oneLine(text: string): string {
  return text.replace(INVISIBLE, ' ').replace(/ {2,}/g, ' ').trim();
}

/**
 * Text by a stranger that no mail program turns into a link, on one line and at most 64 characters long. Anyone who signs up
 * with another person's address chooses this text, and it is sent in our name.
 */
export function withoutLinks(text: string): string {
  const plain = oneLine(text)
    .replace(/[a-z][a-z0-9+.-]*:\/\//giu, ' ')
    .replace(/:\/\//g, ' ')
    .replace(/\bwww\./giu, 'www ')
    .replace(/\b(?:mailto|tel|javascript|data):/giu, ' ')
    .replace(/[@\ufe6b\uff20]/g, ' at ')
    .replace(DOT_BEFORE_NAME, '. ');
  const characters = Array.from(oneLine(plain));
  if (characters.length <= LONGEST_USER_TEXT) return characters.join('');
  return `${characters
    .slice(0, LONGEST_USER_TEXT - 1)
    .join('')
    .trimEnd()}…`;
}

function webAddress(value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new TypeError('is not a web address');
  return url.href;
}

function inUnit(value: number, unit: 'minute' | 'hour' | 'day', locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 });
  return format.format(Math.max(1, Math.floor(value)));
}

/** Formats a duration in the usual unit: an hour rather than 60 minutes, and days from two days on. Never rounds up. */
function duration(minutes: number, locale: string): string {
  const hours = minutes / 60;
  if (hours >= 48 && hours % 24 === 0) return inUnit(hours / 24, 'day', locale);
  return Number.isInteger(hours) || hours >= 3 ? inUnit(hours, 'hour', locale) : inUnit(minutes, 'minute', locale);
}

function lengthOfTime(value: unknown, minutesEach: number, locale: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw new TypeError('is not a duration');
  return duration(value * minutesEach, locale);
}

function count(value: unknown, locale: string): string {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw new TypeError('is not a count');
  return new Intl.NumberFormat(locale).format(value);
}

/** A masked address that its owner recognises and no mail program turns into a link. */
function maskedAddress(value: unknown): string {
  const parts = typeof value === 'string' ? /^(\S)\S*@(\S)\S*$/u.exec(oneLine(value)) : null;
  if (parts === null) throw new TypeError('is not an email address');
  return `${parts[1]}•••@${parts[2]}•••`;
}

/** The time zone of the account, or UTC if it has none or it is unknown. */
export function zoneOf(timeZone: unknown): string {
  try {
    return new Intl.DateTimeFormat('en', {
      timeZone: typeof timeZone === 'string' ? timeZone : 'UTC',
    }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

function moment(value: unknown, locale: string, timeZone: string): string {
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new TypeError('is not a point in time');
  const format = { dateStyle: 'long', timeStyle: 'short', hourCycle: 'h23', timeZone } as const;
  const shown = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, format).format(date);
  return timeZone === 'UTC' ? `${shown} UTC` : `${shown} (${timeZone.replaceAll('_', ' ')})`;
}

/**
 * Formats a variable for the reader of the email, without HTML escaping.
 * @throws TypeError if the value is of the wrong kind. The message does not repeat the value.
 */
export function readable(kind: VariableKind, value: unknown, locale: string, timeZone = 'UTC'): string {
  if (kind === 'link') return webAddress(value);
  if (kind === 'minutes') return lengthOfTime(value, 1, locale);
  if (kind === 'hours') return lengthOfTime(value, 60, locale);
  if (kind === 'count') return count(value, locale);
  if (kind === 'masked-address') return maskedAddress(value);
  if (kind === 'moment') return moment(value, locale, timeZone);
  if (kind === 'zone') return zoneOf(value);
  if (typeof value !== 'string') throw new TypeError('is not text');
  return kind === 'user-text' ? withoutLinks(value) : oneLine(value);
}
