import nodemailer from 'nodemailer';
import type { Sender } from '../lib/mail-sender.js';
import { parseSmtpUrl, type SmtpServer } from '../lib/smtp-url.js';
import { mailErrorFrom } from './mail-error.js';
import type { Compose, MailTransport } from './outgoing-mail.js';
import { checkSmtp } from './smtp-check.js';
import { smtpOptions } from './smtp-connection.js';
import { probeSmtp } from './smtp-probe.js';

/** Maximum time to send one email, however slowly the server responds. */
const SEND_DEADLINE = 30_000;

function createPool(server: SmtpServer) {
  return nodemailer.createTransport({
    pool: true,
    ...smtpOptions(server),
    auth: server.auth,
    maxConnections: 4,
    // An email can have been accepted although its connection broke. The job is retried with back-off and the same Message-ID.
    maxRequeues: 0,
    idleTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/**
 * Sends emails to an SMTP server over a few persistent connections, with a timeout for every wait.
 * @throws Error if the URL cannot be used. Names SMTP_URL and never repeats its value.
 */
export function createSmtpTransport(options: {
  url: string;
  production: boolean;
  sender: Sender;
  compose: Compose;
}): MailTransport {
  const server = parseSmtpUrl(options.url, options.production);
  const pool = createPool(server);
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();
  return {
    async send(mail) {
      const message = options.compose(mail);
      const sending = pool.sendMail({ ...message, signal: AbortSignal.timeout(SEND_DEADLINE) });
      underWay.add(sending);
      try {
        await sending;
      } catch (cause) {
        throw mailErrorFrom(cause);
      } finally {
        underWay.delete(sending);
      }
    },
    probe: (timeoutMilliseconds) => probeSmtp(server, timeoutMilliseconds),
    async check() {
      await checkSmtp(server, options.sender.address, closing.signal).catch((cause: unknown) => {
        throw mailErrorFrom(cause);
      });
    },
    async close() {
      closing.abort();
      await Promise.allSettled(underWay);
      pool.close();
    },
  };
}
