import { isPlainAddress } from '../lib/email-address.js';
import { readSender, type Sender } from '../lib/mail-sender.js';
import { MailError } from './mail-error.js';

/**
 * Rejects recipients that different parsers could read differently: quoted local parts, comments, lists, groups, angle
 * brackets, line breaks, address literals, characters outside ASCII, and more than 254 characters.
 * @throws MailError (permanent) without the address in its message.
 * @see https://github.com/nodemailer/nodemailer/security/advisories/GHSA-mm7p-fcc7-pg87
 */
export function assertAddress(address: string): void {
  if (!isPlainAddress(address)) throw new MailError('permanent', 'the recipient is not one plain email address');
}

/**
 * Parses MAIL_FROM: an address, or a name and an address in angle brackets.
 * @throws Error that names the setting.
 */
export function parseSender(mailFrom: string): Sender {
  const sender = readSender(mailFrom);
  if (sender === undefined) throw new Error('MAIL_FROM must be one email address, bare or with a display name');
  return sender;
}
