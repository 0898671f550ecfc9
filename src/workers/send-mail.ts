import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Dependencies } from '../dependencies.js';
import { OneTimeCode } from '../entities/one-time-code.js';
import { OutboxMessage, type OutboxStatus } from '../entities/outbox-message.js';
import { retryAfter, type SendMailPayload } from '../jobs/send-mail.js';
import { addSeconds } from '../lib/clock.js';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import { MailError } from '../mail/mail-error.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import { mailOutbox } from '../services/mail-outbox/outbox.js';
import { claim, underLease } from '../services/outbox/claim.js';
import { composeMail } from './compose-mail.js';
import { planOf } from './mail-plans.js';

type Needs = Pick<Dependencies, 'orm' | 'clock' | 'logger' | 'settings' | 'secretKeys' | 'locate' | 'mailTransport'>;

/** After this time, an email is abandoned at its next failure. */
const GIVE_UP_AFTER_MILLISECONDS = 86_400_000;
const RECORD_ATTEMPTS = 1_200;
const RECORD_RETRY_MILLISECONDS = 250;

/** Matches the row of a claimed mail as long as this worker holds it: the number of attempts identifies the holder. */
function heldBy({ id, attempts }: OutboxMessage) {
  return { id, attempts, status: 'PENDING' as const };
}

/**
 * Records the outcome of a mail. Retries for as long as it can, and soon after an outage of the database: the mail server
 * has the mail, so it must not be sent again. `SENT` ends the mail for every worker; any other outcome counts only while
 * this worker holds the mail.
 */
async function finish(
  needs: Needs,
  em: EntityManager,
  message: OutboxMessage,
  status: OutboxStatus,
  lastError: string | null,
): Promise<void> {
  const { id } = message;
  const row = status === 'SENT' ? { id, status: 'PENDING' as const } : heldBy(message);
  const finishedAt = needs.clock.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      await em.nativeUpdate(OutboxMessage, row, { status, finishedAt, lockedUntil: null, lastError });
      return;
    } catch (cause) {
      // An unavailable database is reported by the code that waits for it.
      const level = isDatabaseUnavailable(cause) ? 'warn' : 'error';
      if (attempt === 1)
        needs.logger[level]({ err: cause, outboxId: id, status }, 'the outcome of a mail could not be written yet');
      if (attempt === RECORD_ATTEMPTS) throw cause;
      await sleep(RECORD_RETRY_MILLISECONDS);
    }
  }
}

/** Restarts the lifetime of a code that expired while its mail waited, because nobody can have seen it before. */
async function reviveCode(needs: Needs, em: EntityManager, code: OneTimeCode, message: OutboxMessage): Promise<void> {
  const now = needs.clock.now();
  const { codeTtl } = planOf(message.mail);
  if (code.codeExpiresAt > now || codeTtl === undefined) return;
  const codeExpiresAt = addSeconds(now, needs.settings[codeTtl]);
  await em.nativeUpdate(OneTimeCode, { id: code.id, consumedAt: null }, { codeExpiresAt });
}

/** Returns the composed email, or `not-needed`. */
async function compose(needs: Needs, em: EntityManager, message: OutboxMessage): Promise<OutgoingMail | 'not-needed'> {
  if (message.mail === 'none') return 'not-needed';
  if (message.codeId == null) return composeMail(needs, message, null);
  const code = await em.findOne(OneTimeCode, { id: message.codeId });
  const alive = code !== null && code.consumedAt === null && code.linkExpiresAt > needs.clock.now();
  if (!alive) return 'not-needed';
  await reviveCode(needs, em, code, message);
  return composeMail(needs, message, code);
}

/** Releases a mail that could not be sent, so that the relay enqueues it when it is due; or abandons it. */
async function postpone(needs: Needs, em: EntityManager, message: OutboxMessage, error: unknown): Promise<void> {
  const { requestId, id: outboxId, mail, attempts } = message;
  const kind = error instanceof MailError ? error.kind : undefined;
  const reason = error instanceof MailError ? error.message : 'the mail could not be prepared';
  // The cause of a MailError may quote the address; that of any other fault is needed to fix it.
  const told = { requestId, outboxId, mail, attempts, reason, ...(kind === undefined ? { err: error } : {}) };
  const ageMilliseconds = needs.clock.now().getTime() - message.createdAt.getTime();
  if (kind === 'permanent' || ageMilliseconds > GIVE_UP_AFTER_MILLISECONDS) {
    needs.logger.error(told, 'an email was abandoned');
    return await finish(needs, em, message, 'FAILED', reason);
  }
  const wait = retryAfter({ attempts, ageMilliseconds, putOff: kind === 'temporary' });
  const nextAttemptAt = addSeconds(needs.clock.now(), wait / 1_000);
  needs.logger.warn({ ...told, nextTryInMilliseconds: wait }, 'an email was postponed');
  // If even this fails, the lease expires by itself.
  await em
    .nativeUpdate(OutboxMessage, heldBy(message), { lockedUntil: null, nextAttemptAt, lastError: reason })
    .catch(() => undefined);
}

async function deliver(needs: Needs, em: EntityManager, message: OutboxMessage): Promise<void> {
  const { requestId, id: outboxId, mail, attempts } = message;
  let composed: OutgoingMail | 'not-needed';
  try {
    composed = await compose(needs, em, message);
    if (composed !== 'not-needed') await needs.mailTransport.send(composed);
  } catch (error) {
    return await postpone(needs, em, message, error);
  }
  if (composed === 'not-needed') return await finish(needs, em, message, 'DISCARDED', null);
  await finish(needs, em, message, 'SENT', null);
  needs.logger.info({ requestId, outboxId, mail, attempts }, 'an email was sent');
}

/** Sends one mail of the outbox, or schedules its next attempt there; a finished mail is left alone. */
export async function sendMail(needs: Needs, { outboxId }: SendMailPayload): Promise<void> {
  const em = needs.orm.em.fork();
  const row = await claim(em, mailOutbox, outboxId, needs.clock.now());
  if (row === undefined) return;
  const message = em.map(OutboxMessage, row);
  await underLease(em, mailOutbox, message, () => deliver(needs, em, message));
}
