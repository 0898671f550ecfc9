import type { SendMailOptions } from 'nodemailer';
import type { Sender } from '../lib/mail-sender.js';
import { assertAddress, parseSender } from './address.js';
import { createCaptureTransport } from './capture.js';
import { MailError } from './mail-error.js';
import type { Compose, MailTransport, OutgoingMail } from './outgoing-mail.js';
import { createSmtpTransport } from './smtp-transport.js';

/** The settings that select the mail transport. */
export interface MailSettings {
  smtpUrl?: string;
  mailFrom: string;
  mailReplyTo?: string | undefined;
  dataDir: string;
  nodeEnv: string;
}

/**
 * Creates the configured transport: an SMTP server, or the mailbox under DATA_DIR without one. Connects only when the first
 * email is sent.
 * @throws Error if MAIL_FROM or SMTP_URL cannot be used, or if SMTP_URL is missing in production.
 */
export function createTransport(settings: MailSettings): MailTransport {
  const sender = parseSender(settings.mailFrom);
  const compose: Compose = (mail) => messageOf(mail, sender, settings.mailReplyTo);
  const production = settings.nodeEnv === 'production';
  if (settings.smtpUrl !== undefined)
    return createSmtpTransport({ url: settings.smtpUrl, production, sender, compose });
  // Codes would be readable on disk, and nobody would receive an email.
  if (production) throw new Error('SMTP_URL is required in production');
  return createCaptureTransport({ dataDir: settings.dataDir, sender, compose });
}

function messageOf(mail: OutgoingMail, sender: Sender, replyTo: string | undefined): SendMailOptions {
  assertAddress(mail.to);
  if (!/^[\w-]{1,128}$/.test(mail.id)) throw new MailError('permanent', 'the id of the email is not a plain name');
  const recipient = { name: '', address: mail.to };
  const domain = sender.address.slice(sender.address.indexOf('@') + 1);
  return {
    from: sender,
    to: recipient,
    ...(replyTo === undefined ? {} : { replyTo: { name: '', address: replyTo } }),
    // The explicit envelope keeps recipients from being parsed out of a header.
    envelope: { from: { name: '', address: sender.address }, to: recipient },
    messageId: `<${mail.id}@${domain}>`,
    date: mail.sentAt,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    // Suppresses automatic replies (RFC 3834; the second header is Exchange's).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
