import { isBlank, trimmed } from './visible-text.js';

const LONGEST_DEVICE_NAME = 100;
const LONGEST_LOCALE = 35;
/** No language has a code of more: a longer word is a name such as `POSIX` or `Deutsch`. */
const LONGEST_LANGUAGE = 3;
const LONGEST_TIMEZONE = 64;
/** No hint of more than this is looked at. */
const LONGEST_HINT = 1_024;
/** Control characters, those that turn the direction of the text around them, and halves of surrogate pairs. */
const UNWANTED = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** The name of a device as it can be kept: without what cannot be shown, cut to its longest; null where nothing is left. */
export function deviceNameHint(text: string): string | null {
  const clean = trimmed(text.slice(0, LONGEST_HINT).replace(UNWANTED, ' ').replace(/\s+/g, ' '));
  const cut = trimmed(clean.slice(0, LONGEST_DEVICE_NAME).replace(/\p{Cs}$/u, ''));
  return isBlank(cut) ? null : cut;
}

/** A language tag in its usual spelling (BCP 47), of a POSIX locale such as `de_DE.UTF-8` too; null where it is none. */
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

/** The name of a time zone (IANA); null where it is none, or longer than any. */
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
