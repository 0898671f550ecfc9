import { z } from 'zod';
import { localeHint, timezoneHint } from '../lib/device-hints.js';
import { emailAddress, LONGEST_EMAIL } from '../lib/email-address.js';
import { bare, isBlank, trimmed } from '../lib/visible-text.js';
import { line, matching, violates } from './text.js';

/** Characters that change the direction of the text around them; in a name they disguise what is shown. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/u;
const LONGEST_NAME = 100;

/** An email address; the output is its stored spelling. */
export const email = z.string().transform(bare).pipe(line(LONGEST_EMAIL)).pipe(emailAddress);

/** A name that others see. */
export const displayName = z
  .string()
  .transform(trimmed)
  .pipe(
    line(LONGEST_NAME)
      .refine((text) => !isBlank(text), violates('blank', 'Enter a value or omit the field.'))
      .refine((text) => !DIRECTION.test(text), violates('characters', 'Remove text-direction marks.')),
  )
  .nullish();

/** An alternative sign-in name. */
export const username = matching(
  /^[A-Za-z0-9][A-Za-z0-9._-]{1,30}[A-Za-z0-9]$/,
  'username',
  'Use 3 to 32 letters and digits, with `.`, `_` or `-` between them.',
).nullish();

/** A language that the user chose. */
export const locale = line(64)
  .refine((text) => localeHint(text) !== null, violates('locale', 'Unknown language tag.'))
  .transform(localeHint)
  .nullish();

/** A time zone that the user chose. */
export const timezone = line(64)
  .refine((text) => timezoneHint(text) !== null, violates('timezone', 'Unknown time zone.'))
  .transform(timezoneHint)
  .nullish();
