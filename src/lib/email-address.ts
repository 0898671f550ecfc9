import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { bare } from './visible-text.js';

/** Maximum length of an address (RFC 5321 4.5.3.1.3, without the angle brackets). */
export const LONGEST_EMAIL = 254;

const LONGEST_LOCAL_PART = 64;
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const ASCII = /^[\x20-\x7E]*$/;
/** Full stops of other scripts that IDNA treats as dots (UTS #46). */
const DOTS = /[\u3002\uFF0E\uFF61]/g;

/** Returns true if the text is exactly one plain ASCII address (RFC 5321): a dot-atom, an `@` and a host name. */
export function isPlainAddress(text: string): boolean {
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  return (
    at > 0 &&
    text.length <= LONGEST_EMAIL &&
    local.length <= LONGEST_LOCAL_PART &&
    LOCAL_PART.test(local) &&
    text
      .slice(at + 1)
      .split('.')
      .every((label) => LABEL.test(label))
  );
}

/**
 * Converts ASCII letters to lower case. Other letters are unchanged so that none becomes an ASCII letter, as the Kelvin sign
 * would.
 */
export function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function asciiLabel(label: string): string | undefined {
  if (ASCII.test(label)) {
    const isEncoded = label.toLowerCase().startsWith('xn--');
    return LABEL.test(label) && (!isEncoded || domainToASCII(label) !== '') ? label : undefined;
  }
  const encoded = domainToASCII(label);
  // A label that becomes plain ASCII when encoded only looks like the label it names.
  return encoded.startsWith('xn--') && LABEL.test(encoded) ? encoded : undefined;
}

/** The domain in its ASCII form (IDNA), or undefined if no mail can be sent to it. */
function asciiDomain(text: string): string | undefined {
  const labels = text.replace(DOTS, '.').split('.').map(asciiLabel);
  const isPublic = labels.length > 1 && !/^(?:\d+|.)$/.test(labels.at(-1) ?? '');
  return isPublic && !labels.includes(undefined) ? labels.join('.') : undefined;
}

type ReadAddress = { address: string } | { rule: 'email' | 'local_part_ascii' | 'too_long'; message: string };

function readAddress(text: string): ReadAddress {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = asciiDomain(text.slice(at + 1));
  const invalid: ReadAddress = { rule: 'email', message: 'This is not an email address.' };
  if (domain === undefined || local === '') return invalid;
  if (/[^\p{ASCII}]/u.test(local) && LOCAL_PART.test(local.replace(/[\p{L}\p{M}\p{N}\p{S}]/gu, 'x'))) {
    return { rule: 'local_part_ascii', message: 'Use only ASCII characters before the @.' };
  }
  if (local.length > LONGEST_LOCAL_PART && LOCAL_PART.test(local)) {
    return { rule: 'too_long', message: `Use at most ${LONGEST_LOCAL_PART} characters before the @.` };
  }
  const address = lowerCaseAscii(`${local}@${domain}`);
  if (address.length > LONGEST_EMAIL) {
    return { rule: 'too_long', message: `Use at most ${LONGEST_EMAIL} characters.` };
  }
  return isPlainAddress(address) ? { address } : invalid;
}

/**
 * An email address in canonical form, in which it is stored, compared and mailed to: trimmed of blanks and invisible
 * characters, in lower case, with an ASCII domain. The local part must be ASCII too, as many mail servers accept nothing else.
 */
export const emailAddress = z
  .string()
  .transform(bare)
  .pipe(
    z.string().refine((typed) => typed.length <= LONGEST_EMAIL, {
      error: `Use at most ${LONGEST_EMAIL} characters.`,
      params: { rule: 'too_long' },
    }),
  )
  .transform((typed, context) => {
    const read = readAddress(typed);
    if ('address' in read) return read.address;
    context.addIssue({ code: 'custom', message: read.message, params: { rule: read.rule } });
    return z.NEVER;
  });

/**
 * An address configured by the operator. A plain address is accepted unchanged, so that its domain can be a local host.
 * Otherwise its domain is converted to ASCII. Undefined if no mail can be sent to or from it.
 */
export function configuredAddress(text: string): string | undefined {
  return isPlainAddress(text) ? text : emailAddress.safeParse(text).data;
}

/** The canonical form of an identifier typed at login or used in a count: a canonical email address or a lower-case username. */
export function normalIdentifier(typed: string): string {
  const text = bare(typed);
  const address = text.length <= LONGEST_EMAIL && text.includes('@') ? emailAddress.safeParse(text).data : undefined;
  return address ?? lowerCaseAscii(text);
}

/** A masked address that its owner can recognise. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}***${email.slice(at)}`;
}
