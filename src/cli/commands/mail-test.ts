import { setTimeout as sleep } from 'node:timers/promises';
import { adminInputs } from '../../inputs/admin.js';
import { mailAdvice } from '../../mail/mail-advice.js';
import { isProblem } from '../../problems.js';
import { OPERATOR } from '../../services/admin/administrator.js';
import type { MailRecord } from '../../services/admin/list-mails.js';
import type { UseCaseContext } from '../../services/use-case.js';
import { type Answer, refused } from '../answer.js';

const ASK_EVERY_MILLISECONDS = 250;
const ASK_TIMES = 80;

/** Sends the email, or waits for the worker that took it first. Returns it once an attempt has ended. */
async function deliver(context: UseCaseContext, { id, requestId }: MailRecord): Promise<MailRecord | undefined> {
  const [{ sendMail }, { findMail }] = await Promise.all([
    import('../../workers/send-mail.js'),
    import('../../services/admin/mail-acts.js'),
  ]);
  await sendMail(context, { outboxId: id, requestId });
  for (let asked = 1; ; asked += 1) {
    const mail = await findMail(context, id);
    const isUnderway = mail?.status === 'PENDING' && mail.lastError === null;
    if (!isUnderway || asked === ASK_TIMES) return mail;
    await sleep(ASK_EVERY_MILLISECONDS);
  }
}

function failure(email: string, mail: MailRecord | undefined): Answer {
  const reason = mail?.lastError ?? 'the mail server did not answer in time';
  const later = mail?.status === 'PENDING' ? ' A running worker tries again.' : '';
  return { text: `${email}: The email was not sent: ${reason}. ${mailAdvice(reason)}${later}`, code: 'MAIL_NOT_SENT' };
}

/** Sends a test email through the configured mail server, and reports the outcome. */
export async function testMail(context: UseCaseContext, typed: string): Promise<Answer> {
  const input = adminInputs.sendTestMail.safeParse({ email: typed });
  if (!input.success) return { text: 'This is not an email address.', code: 'INPUT_INVALID' };
  const { email } = input.data;
  const { sendTestMail } = await import('../../services/admin/mail-acts.js');
  const queued = await sendTestMail(context, OPERATOR, email);
  if (isProblem(queued)) return refused(queued);
  const mail = await deliver(context, queued.mail);
  if (mail?.status !== 'SENT') return failure(email, mail);
  const { smtpUrl, publicUrl } = context.settings;
  const data = { email, mailId: mail.id, isCaptured: smtpUrl === undefined };
  if (smtpUrl === undefined) {
    return { text: `There is no SMTP_URL, so the email to ${email} was captured: ${publicUrl}/dev/mail`, data };
  }
  const where = new URL(smtpUrl).host;
  return {
    text: `${where} accepted a test email to ${email}. If it does not arrive, check the spam folder.`,
    data,
  };
}
