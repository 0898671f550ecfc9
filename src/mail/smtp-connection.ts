import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from '../lib/smtp-url.js';

/** Options of every connection to the mail server, with a timeout for every wait. */
export function smtpOptions(server: SmtpServer) {
  return {
    host: server.host,
    port: server.port,
    secure: server.secure,
    name: server.name,
    requireTLS: server.requireTls,
    ignoreTLS: server.ignoreTls,
    tls: { rejectUnauthorized: server.rejectUnauthorized, minVersion: 'TLSv1.2' },
    dnsTimeout: 5_000,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 15_000,
  } satisfies SMTPConnectionOptions;
}
