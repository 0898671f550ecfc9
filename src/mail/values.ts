import type { VariableKind } from './mails.js';

const LONGEST_USER_TEXT = 64;

// Line breaks, other control characters and marks that reorder or hide text.
const INVISIBLE = /[\p{Cc}\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+/gu;

/** The text on one line, without control characters and marks that reorder or hide what is read. */
export function oneLine(text: string): string {
  return text.replace(INVISIBLE, ' ').replace(/ {2,}/g, ' ').trim();
}

/**
 * Text of a stranger that no mail program turns into a link, on one line and at most 64 characters long.
 * Whoever signs up with the address of another person chooses this text, and our name stands under it.
 */
export function withoutLinks(text: string): string {
  const plain = oneLine(text)
    .replace(/[a-z][a-z0-9+.-]*:\/\//giu, ' ')
    .replace(/:\/\//g, ' ')
    .replace(/\bwww\./giu, 'www ')
    .replace(/\b(?:mailto|tel|javascript|data):/giu, ' ')
    .replace(/@/g, ' at ')
    .replace(/[.\u3002\uff0e\uff61](?=\p{L})/gu, '. ');
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

function duration(value: unknown, unit: 'minute' | 'hour', locale: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw new TypeError('is not a length of time');
  if (unit === 'hour' && value < 1) return duration(value * 60, 'minute', locale);
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 });
  return format.format(Math.max(1, Math.floor(value)));
}

function moment(value: unknown, locale: string): string {
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new TypeError('is not a moment');
  const format = { dateStyle: 'long', timeStyle: 'short', hourCycle: 'h23', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, format).format(date)} UTC`;
}

/**
 * A variable as the reader of the mail sees it, not yet escaped for HTML.
 * @throws TypeError when the value is not of its kind; the message does not repeat the value.
 */
export function readable(kind: VariableKind, value: unknown, locale: string): string {
  if (kind === 'link') return webAddress(value);
  if (kind === 'minutes') return duration(value, 'minute', locale);
  if (kind === 'hours') return duration(value, 'hour', locale);
  if (kind === 'moment') return moment(value, locale);
  if (typeof value !== 'string') throw new TypeError('is not text');
  return kind === 'user-text' ? withoutLinks(value) : oneLine(value);
}
