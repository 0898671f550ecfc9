import { z } from 'zod';

/** Most characters of an address (RFC 5321, erratum 1690). */
export const LONGEST_EMAIL = 254;

/** An address in its one spelling: trimmed and in lower case. */
export const emailAddress = z
  .string()
  .max(LONGEST_EMAIL, `Use at most ${LONGEST_EMAIL} characters.`)
  .transform((text) => text.trim())
  // Before it is lower-cased: letters that only look like ASCII, such as the Kelvin sign, must not become it.
  .pipe(z.email('This is no email address.'))
  .transform((text) => text.toLowerCase());

/** Enough of an address for its owner to know it again, and no more. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}***${email.slice(at)}`;
}
