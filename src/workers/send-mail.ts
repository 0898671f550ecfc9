import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Dependencies } from '../dependencies.js';
import { OneTimeCode } from '../entities/one-time-code.js';
import { OutboxMessage, type OutboxStatus } from '../entities/outbox-message.js';
import type { SendMailPayload } from '../jobs/send-mail.js';
import { addSeconds } from '../lib/clock.js';
import { MailError } from '../mail/mail-error.js';
import { type ComposedMail, composeMail } from './compose-mail.js';

type Needs = Pick<Dependencies, 'orm' | 'clock' | 'logger' | 'settings' | 'secretKeys' | 'mailTransport' | 'countMail'>;

/** A worker holds a mail for this long; longer than the mail server may take, so that nobody else sends it meanwhile. */
const LOCK_SECONDS = 30;
/** After this long nobody waits for the mail any more. */
const GIVE_UP_AFTER_SECONDS = 86_400;
/** The relay hands a mail over again this long after a failed try, should its job have been lost. */
const RELAY_AFTER_FAILURE_SECONDS = 30;
const RECORD_ATTEMPTS = 60;
const RECORD_RETRY_MILLISECONDS = 500;

const CLAIM = `
  UPDATE outbox_messages SET locked_until = ?, next_attempt_at = ?, attempts = attempts + 1
  WHERE id = ? AND status = 'PENDING' AND (locked_until IS NULL OR locked_until < ?)
  RETURNING id, mail, recipient, locale, code_id, variables, status, attempts, request_id, created_at, next_attempt_at,
    locked_until, finished_at, last_error`;

/** Takes a mail for this worker alone; `undefined` when it is done or another worker has it. */
async function claim(em: EntityManager, id: string, now: Date): Promise<OutboxMessage | undefined> {
  const lockedUntil = addSeconds(now, LOCK_SECONDS);
  const [row] = await em.execute<Record<string, unknown>[]>(CLAIM, [lockedUntil, lockedUntil, id, now]);
  return row === undefined ? undefined : em.map(OutboxMessage, row);
}

/** Writes what became of a mail. Tries for as long as it can: the server has the mail, and it must not be sent again. */
async function finish(
  needs: Needs,
  em: EntityManager,
  id: string,
  status: OutboxStatus,
  lastError: string | null,
): Promise<void> {
  const finishedAt = needs.clock.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      await em.nativeUpdate(OutboxMessage, { id }, { status, finishedAt, lockedUntil: null, lastError });
      needs.countMail(status);
      return;
    } catch (cause) {
      needs.logger.error({ err: cause, outboxId: id, status, attempt }, 'the outcome of a mail could not be written');
      if (attempt === RECORD_ATTEMPTS) throw cause;
      await sleep(RECORD_RETRY_MILLISECONDS);
    }
  }
}

/** Lets the mail go, so that its job's next try or the relay takes it up. */
async function release(needs: Needs, em: EntityManager, message: OutboxMessage, reason: string): Promise<void> {
  const nextAttemptAt = addSeconds(needs.clock.now(), RELAY_AFTER_FAILURE_SECONDS);
  await em.nativeUpdate(OutboxMessage, { id: message.id }, { lockedUntil: null, nextAttemptAt, lastError: reason });
  needs.countMail('RETRIED');
}

/** A code whose time ran out while its mail waited begins its time now: nobody can have seen it before. */
async function reviveCode(needs: Needs, em: EntityManager, code: OneTimeCode, message: OutboxMessage): Promise<void> {
  const now = needs.clock.now();
  if (code.codeExpiresAt > now || message.mail !== 'verify-email') return;
  const codeExpiresAt = addSeconds(now, needs.settings.verificationCodeTtl);
  await em.nativeUpdate(OneTimeCode, { id: code.id, consumedAt: null }, { codeExpiresAt });
}

/** The mail as it goes out, or why it need not. */
async function compose(needs: Needs, em: EntityManager, message: OutboxMessage): Promise<ComposedMail | 'not-needed'> {
  if (message.mail === 'none') return 'not-needed';
  if (message.codeId == null) return composeMail(needs, message, null);
  const code = await em.findOne(OneTimeCode, { id: message.codeId });
  const alive = code !== null && code.consumedAt === null && code.linkExpiresAt > needs.clock.now();
  if (!alive) return 'not-needed';
  await reviveCode(needs, em, code, message);
  return composeMail(needs, message, code);
}

async function deliver(needs: Needs, em: EntityManager, message: OutboxMessage): Promise<void> {
  const { requestId, id: outboxId, mail } = message;
  const composed = await compose(needs, em, message);
  if (composed === 'not-needed') return await finish(needs, em, outboxId, 'DISCARDED', null);
  try {
    await needs.mailTransport.send(composed);
  } catch (error) {
    const reason = error instanceof MailError ? error.message : 'the mail could not be sent';
    const age = needs.clock.now().getTime() - message.createdAt.getTime();
    const hopeless = error instanceof MailError && error.kind === 'permanent';
    if (hopeless || age > GIVE_UP_AFTER_SECONDS * 1000) {
      needs.logger.error({ requestId, outboxId, mail, reason }, 'a mail was given up');
      return await finish(needs, em, outboxId, 'FAILED', reason);
    }
    await release(needs, em, message, reason);
    throw error;
  }
  await finish(needs, em, outboxId, 'SENT', null);
  needs.logger.info({ requestId, outboxId, mail, attempts: message.attempts }, 'a mail was sent');
}

/** Sends one mail of the outbox. Rejects when it should be tried again; a mail that is done is left alone. */
export async function sendMail(needs: Needs, { outboxId }: SendMailPayload): Promise<void> {
  const em = needs.orm.em.fork();
  const message = await claim(em, outboxId, needs.clock.now());
  if (message === undefined) return;
  try {
    await deliver(needs, em, message);
  } catch (error) {
    if (!(error instanceof MailError)) {
      await release(needs, em, message, 'the mail could not be prepared').catch(() => undefined);
    }
    throw error;
  }
}
