import SMTPConnection, { type SMTPConnectionAuth } from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from '../lib/smtp-url.js';
import { smtpOptions } from './smtp-connection.js';

/** The longest that one check may take, however slowly the server answers. */
const CHECK_DEADLINE = 10_000;
/** The library sends commands of ours only in a sign-in method of ours. */
const ENVELOPE_STEPS = 'ENVELOPE';

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

type SendCommand = (command: string) => Promise<{ status: number }>;
type Step = 'MAIL FROM' | 'RCPT TO';

/** What a server refused before any mail. */
interface Refusal {
  step: Step;
  reply: number;
}

/** Takes one step; tells its refusal. */
async function refusalOf(sendCommand: SendCommand, step: Step, address: string): Promise<Refusal | undefined> {
  const { status: reply } = await sendCommand(`${step}:<${address}>`);
  return reply >= 200 && reply <= 299 ? undefined : { step, reply };
}

/**
 * Takes every step of a mail before its message: greeting, STARTTLS, AUTH, MAIL FROM, and RCPT TO the sender itself, for which
 * nobody else's address is needed. Sends nothing.
 * @throws Error as nodemailer does for a mail.
 */
export async function checkSmtp(server: SmtpServer, sender: string, closing: AbortSignal): Promise<void> {
  let refused: Refusal | undefined;
  const envelope = async ({ sendCommand }: { sendCommand: SendCommand }) => {
    refused = (await refusalOf(sendCommand, 'MAIL FROM', sender)) ?? (await refusalOf(sendCommand, 'RCPT TO', sender));
    if (refused?.step === 'RCPT TO') {
      // A sender without a mailbox says nothing of the way; its postmaster has one (RFC 5321 4.5.1).
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
  // A server that hangs up after its refusal has said why.
  if (refused !== undefined) throw failure('EENVELOPE', { command: refused.step, responseCode: refused.reply });
  if (cause !== undefined) throw cause;
}
