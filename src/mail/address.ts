import { isPlainAddress } from '../lib/email-address.js';
import { MailError } from './mail-error.js';

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
