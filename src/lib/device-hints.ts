import { isBlank, trimmed } from './visible-text.js';

const LONGEST_DEVICE_NAME = 100;
const LONGEST_LOCALE = 35;
/** Language codes have at most three letters. Longer words are names such as `POSIX` or `Deutsch`. */
const LONGEST_LANGUAGE = 3;
const LONGEST_TIMEZONE = 64;
/** Only this many characters of a hint are read. */
const LONGEST_HINT = 1_024;
/** Control characters, bidirectional control characters and lone surrogates. */
const UNWANTED = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** Sanitises a device name: removes unprintable characters and truncates it. Returns null if nothing remains. */
export function deviceNameHint(text: string): string | null {
  const clean = trimmed(text.slice(0, LONGEST_HINT).replace(UNWANTED, ' ').replace(/\s+/g, ' '));
  const cut = trimmed(clean.slice(0, LONGEST_DEVICE_NAME).replace(/\p{Cs}$/u, ''));
  return isBlank(cut) ? null : cut;
}

/** The canonical BCP 47 tag of a language tag or a POSIX locale such as `de_DE.UTF-8`, or null if it is invalid. */
export function localeHint(text: string): string | null {
  const [tag = ''] = text
    .slice(0, LONGEST_HINT)
    .trim()
    .replaceAll('_', '-')
    .split(/[.@,;]/);
  try {
    const locale = new Intl.Locale(tag);
    if (locale.language.length > LONGEST_LANGUAGE) return null;
    const full = locale.toString();
    const kept = full.length <= LONGEST_LOCALE ? full : locale.baseName;
    return kept.length <= LONGEST_LOCALE ? kept : null;
  } catch {
    return null;
  }
}

/** The name of an IANA time zone, or null if it is invalid or too long. */
export function timezoneHint(text: string): string | null {
  const timeZone = text.trim();
  if (timeZone === '' || timeZone.length > LONGEST_TIMEZONE) return null;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    return null;
  }
}
