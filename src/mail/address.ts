import { MailError } from './mail-error.js';

const LONGEST_ADDRESS = 254; // RFC 5321 4.5.3.1.3, without the angle brackets
const LONGEST_LOCAL_PART = 64;

const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** Whether the text is exactly one plain ASCII address: a dot-atom, an `@` and a host name. */
export function isPlainAddress(text: string): boolean {
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  return (
    at > 0 &&
    text.length <= LONGEST_ADDRESS &&
    local.length <= LONGEST_LOCAL_PART &&
    LOCAL_PART.test(local) &&
    DOMAIN.test(text.slice(at + 1))
  );
}

/**
 * Refuses every recipient that two readers could read differently: quoted local parts, comments, lists, groups,
 * angle brackets, line breaks, address literals, characters outside ASCII, and more than 254 characters.
 * @throws MailError (permanent) without the address in its message.
 * @see https://github.com/nodemailer/nodemailer/security/advisories/GHSA-mm7p-fcc7-pg87
 */
export function assertAddress(address: string): void {
  if (!isPlainAddress(address)) throw new MailError('permanent', 'the recipient is not one plain mail address');
}

/** A sender as nodemailer takes it, with nothing left to parse. */
export interface Sender {
  name: string;
  address: string;
}

const SENDER = /^(?:"?(?<name>[^"<>]*?)"?\s*<(?<bracketed>[^<>]+)>|(?<bare>[^<>\s]+))$/;

/**
 * Reads MAIL_FROM: an address, or a name and an address in angle brackets.
 * @throws Error that names the setting.
 */
export function parseSender(mailFrom: string): Sender {
  const groups = SENDER.exec(mailFrom.trim())?.groups;
  const address = groups?.bracketed ?? groups?.bare ?? '';
  const name = (groups?.name ?? '').trim();
  if (!isPlainAddress(address) || /\p{Cc}/u.test(name)) {
    throw new Error('MAIL_FROM must be one mail address, bare or with a display name');
  }
  return { name, address };
}
