import { z } from 'zod';
import { type JobKind, jobId } from './job-kind.js';

/** The id of the email in the outbox. The email and its code never enter the queue. */
const sendMailPayload = z.strictObject({
  outboxId: z.uuid(),
  requestId: z.string().max(64).nullable(),
});
/** The payload as producer and worker see it. */
export type SendMailPayload = z.infer<typeof sendMailPayload>;

/**
 * Applies to failures other than an email's outcome. High enough never to be reached, as the outbox decides when an email is
 * given up.
 */
const ATTEMPTS = 100_000;
const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 8_000;
const LONGEST_DEFERRAL_MILLISECONDS = 600_000;
/** An email deferred by the server is retried after this share of the time it has waited so far. */
const DEFERRAL_SHARE = 0.1;

/**
 * The outbox holds the state of each email and schedules retries by the database's clock. The queue therefore keeps no jobs and
 * delays none, as it would use the clock of the requesting process.
 */
export const sendMailJob: JobKind<SendMailPayload> = {
  queue: 'mail',
  name: 'send-mail',
  payload: sendMailPayload,
  options: ({ outboxId }, tries) => ({
    jobId: jobId(outboxId, tries),
    attempts: ATTEMPTS,
    stackTraceLimit: 0,
    removeOnComplete: true,
    removeOnFail: true,
  }),
};

/** Previous attempts of an email. */
export interface Tries {
  attempts: number;
  ageMilliseconds: number;
  /** True if the mail server deferred this email. */
  putOff: boolean;
}

/**
 * Delay before the next attempt in milliseconds. It doubles up to a few seconds, because somebody is waiting for the email. If
 * the server defers the email, the delay continues to grow.
 */
export function retryAfter({ attempts, ageMilliseconds, putOff }: Tries): number {
  const patience = putOff ? Math.min(ageMilliseconds * DEFERRAL_SHARE, LONGEST_DEFERRAL_MILLISECONDS) : 0;
  const doubled = FIRST_RETRY_MILLISECONDS * 2 ** Math.min(attempts - 1, 30);
  return Math.round(Math.min(doubled, Math.max(LONGEST_RETRY_MILLISECONDS, patience)));
}
