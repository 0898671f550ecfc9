import { randomUUID } from 'node:crypto';
import { OneTimeCode } from '../../entities/one-time-code.js';
import { OutboxMessage } from '../../entities/outbox-message.js';
import { run, sql } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import { lockOne } from '../locks.js';
import { handOver } from '../mail-outbox/hand-over.js';
import { insertMail } from '../mail-outbox/write-mail.js';
import { firstRelayAt } from '../outbox/outbox.js';
import type { Request } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';
import { stillHasRole } from './act-on-user.js';
import { type Acting, actorOf, administratorFacts, type StaffMember } from './administrator.js';
import { type MailRecord, mailColumns, toMailRecord } from './list-mails.js';

/** An email that is waiting to be sent. */
export interface MailQueued {
  kind: 'mail-queued';
  mail: MailRecord;
}

type MailEvent = 'MAIL_RETRY' | 'MAIL_TEST';

/** Writes the audit event of an act on an email, or of its refusal. */
async function record(work: Work, by: Acting, type: MailEvent, facts: Record<string, string>): Promise<void> {
  const metadata = { ...administratorFacts(by), ...facts };
  await work.record({ type, success: !('problem' in facts), userId: null, actorId: actorOf(by), metadata });
}

async function refuse<Refusal extends Problem>(
  work: Work,
  by: Acting,
  type: MailEvent,
  refusal: Refusal,
): Promise<Refusal> {
  await record(work, by, type, { problem: refusal.code });
  return refusal;
}

/** Enqueues the email after the commit. */
async function queue(work: Work, mailId: string): Promise<MailQueued> {
  const [row = {}] = await run(work.em, sql`SELECT ${mailColumns()} FROM outbox_messages WHERE id = ${mailId}`);
  work.afterCommit(async (request) => handOver(request, mailId));
  return { kind: 'mail-queued', mail: toMailRecord(row) };
}

/** Returns whether the email still says something that is true: a code that was used or has expired opens nothing. */
async function isStillValid({ em, now }: Work, { codeId }: OutboxMessage): Promise<boolean> {
  if (codeId == null) return true;
  return (await em.count(OneTimeCode, { id: codeId, consumedAt: null, linkExpiresAt: { $gt: now } })) > 0;
}

async function retry(work: Work, by: StaffMember, id: string): Promise<MailQueued | Problem> {
  const { em, now } = work;
  if (!(await stillHasRole(work, by))) return await refuse(work, by, 'MAIL_RETRY', problem('FORBIDDEN'));
  const mail = await lockOne(em, OutboxMessage, { id });
  // A row of kind `none` is no email, and the lists do not show it.
  if (mail === null || mail.mail === 'none') return problem('NOT_FOUND');
  const hasEnded = mail.status === 'FAILED' || mail.status === 'DISCARDED';
  if (!hasEnded || !(await isStillValid(work, mail))) return await refuse(work, by, 'MAIL_RETRY', problem('CONFLICT'));
  // Its age and its attempts count anew: a worker gives up an old mail at the first failure, and waits long after many.
  const fresh = { status: 'PENDING' as const, createdAt: now, attempts: 0, lastError: null };
  const times = { nextAttemptAt: firstRelayAt(now), finishedAt: null, lockedUntil: null };
  await em.nativeUpdate(OutboxMessage, { id }, { ...fresh, ...times });
  await record(work, by, 'MAIL_RETRY', { mailId: id, mail: mail.mail });
  return await queue(work, id);
}

/** Sends an email again that failed or was discarded. CONFLICT in any other state, and if its code is no longer valid. */
export async function retryMail(
  request: Request,
  by: StaffMember,
  mailId: string,
): Promise<MailQueued | Problem<'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT'>> {
  const outcome = await inTransaction(request, (work) => retry(work, by, mailId));
  return outcome as MailQueued | Problem<'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT'>;
}

/** Sends a test email to an address that an admin or an operator typed. */
export async function sendTestMail(
  request: Request,
  by: Acting,
  email: string,
): Promise<MailQueued | Problem<'FORBIDDEN'>> {
  const outcome = await inTransaction(request, async (work) => {
    if ('role' in by && !(await stillHasRole(work, by)))
      return await refuse(work, by, 'MAIL_TEST', problem('FORBIDDEN'));
    const { em, now, requestId } = work;
    const variables = { occurredAt: now.toISOString() };
    const id = randomUUID();
    await run(em, insertMail(id, { mail: 'test', recipient: email, locale: null, variables, requestId, now }));
    await record(work, by, 'MAIL_TEST', { mailId: id });
    return await queue(work, id);
  });
  return outcome;
}

/** Returns an email of the outbox as it is now; undefined if there is none. */
export async function findMail({ em }: Pick<Request, 'em'>, id: string): Promise<MailRecord | undefined> {
  const [row] = await run(em, sql`SELECT ${mailColumns()} FROM outbox_messages WHERE id = ${id}`);
  return row === undefined ? undefined : toMailRecord(row);
}
