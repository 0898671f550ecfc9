import SMTPConnection, { type SMTPConnectionAuth } from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from '../lib/smtp-url.js';
import { smtpOptions } from './smtp-connection.js';

/** The longest that one check may take, however slowly the server answers. */
const CHECK_DEADLINE = 10_000;
/** The library sends commands of ours only in a sign-in method of ours. */
const SENDER_STEP = 'SENDER';

/** A failure in the form that the library gives its own. */
function failure(code: string, details: { command?: string; responseCode?: number } = {}): Error {
  return Object.assign(new Error('the check of the mail server failed'), { code, ...details });
}

function connect(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

function login(connection: SMTPConnection, auth: SMTPConnectionAuth): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.login(auth, (error) => (error ? reject(error) : resolve()));
  });
}

/** Rejects when the connection breaks or has to end. */
function endOf(connection: SMTPConnection, closing: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // Without a listener, an error that comes after the check would end the process.
  promise.catch(() => undefined);
  connection.on('error', reject);
  connection.once('end', () => reject(failure('ECONNECTION')));
  const end = AbortSignal.any([closing, AbortSignal.timeout(CHECK_DEADLINE)]);
  end.addEventListener('abort', () => reject(failure('ETIMEDOUT')), { once: true });
  return promise;
}

/**
 * Takes every step of a mail that no recipient is needed for: greeting, STARTTLS, AUTH, MAIL FROM. Sends nothing.
 * @throws Error as nodemailer does for a mail.
 */
export async function checkSmtp(server: SmtpServer, sender: string, closing: AbortSignal): Promise<void> {
  let reply = 0;
  const connection = new SMTPConnection({
    ...smtpOptions(server),
    customAuth: {
      [SENDER_STEP]: async ({ sendCommand }) => {
        reply = (await sendCommand(`MAIL FROM:<${sender}>`)).status;
        await sendCommand('RSET');
      },
    },
  });
  const steps = async () => {
    await connect(connection);
    if (server.auth !== undefined && connection.allowsAuth) await login(connection, { ...server.auth });
    await login(connection, { method: SENDER_STEP });
  };
  try {
    await Promise.race([steps(), endOf(connection, closing)]);
  } catch (cause) {
    connection.close();
    throw cause;
  }
  connection.quit();
  if (reply < 200 || reply > 299) throw failure('EENVELOPE', { command: 'MAIL FROM', responseCode: reply });
}
