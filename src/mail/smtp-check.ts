import SMTPConnection, { type SMTPConnectionAuth } from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from '../lib/smtp-url.js';
import { smtpOptions } from './smtp-connection.js';

/** Maximum time of one check, however slowly the server responds. */
const CHECK_DEADLINE = 10_000;
/** nodemailer sends custom commands only in a custom authentication method. */
const ENVELOPE_STEPS = 'ENVELOPE';

/** An error with the properties of nodemailer's errors. */
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

/** Rejects if the connection breaks, is being closed or reaches its deadline. */
function endOf(connection: SMTPConnection, closing: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // Without a handler, a rejection after the check would end the process.
  promise.catch(() => undefined);
  connection.on('error', reject);
  connection.once('end', () => reject(failure('ECONNECTION')));
  const end = AbortSignal.any([closing, AbortSignal.timeout(CHECK_DEADLINE)]);
  end.addEventListener('abort', () => reject(failure('ETIMEDOUT')), { once: true });
  return promise;
}

type SendCommand = (command: string) => Promise<{ status: number }>;
type Step = 'MAIL FROM' | 'RCPT TO';

/** A command rejected by the server before any message. */
interface Refusal {
  step: Step;
  reply: number;
}

/** Sends one command. Returns its rejection, if any. */
async function refusalOf(sendCommand: SendCommand, step: Step, address: string): Promise<Refusal | undefined> {
  const { status: reply } = await sendCommand(`${step}:<${address}>`);
  return reply >= 200 && reply <= 299 ? undefined : { step, reply };
}

/**
 * Performs all steps before the message itself: greeting, STARTTLS, AUTH, MAIL FROM, and RCPT TO with the sender as recipient,
 * so that no other address is needed. Sends nothing.
 * @throws Error like nodemailer for an email.
 */
export async function checkSmtp(server: SmtpServer, sender: string, closing: AbortSignal): Promise<void> {
  let refused: Refusal | undefined;
  const envelope = async ({ sendCommand }: { sendCommand: SendCommand }) => {
    refused = (await refusalOf(sendCommand, 'MAIL FROM', sender)) ?? (await refusalOf(sendCommand, 'RCPT TO', sender));
    if (refused?.step === 'RCPT TO') {
      // A rejected sender can simply have no mailbox, so its domain's postmaster, which must exist, is checked too (RFC 5321
      // 4.5.1).
      const postmaster = `postmaster${sender.slice(sender.lastIndexOf('@'))}`;
      if ((await refusalOf(sendCommand, 'RCPT TO', postmaster)) === undefined) refused = undefined;
    }
    await sendCommand('RSET');
  };
  const connection = new SMTPConnection({ ...smtpOptions(server), customAuth: { [ENVELOPE_STEPS]: envelope } });
  const steps = async () => {
    await connect(connection);
    if (server.auth !== undefined && connection.allowsAuth) await login(connection, { ...server.auth });
    await login(connection, { method: ENVELOPE_STEPS });
  };
  const cause = await Promise.race([steps(), endOf(connection, closing)]).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (cause === undefined) connection.quit();
  else connection.close();
  // If the server disconnects after rejecting a command, the rejection is the reason.
  if (refused !== undefined) throw failure('EENVELOPE', { command: refused.step, responseCode: refused.reply });
  if (cause !== undefined) throw cause;
}
