import type { JobsOptions } from 'bullmq';
import { z } from 'zod';

/** Name of the queue of mails. */
export const MAIL_QUEUE = 'mail';
/** Name of its job. */
export const SEND_MAIL = 'send-mail';

/** What the job says: where the mail is. The mail itself, and any code in it, never enters the queue. */
export const sendMailPayload = z.strictObject({
  outboxId: z.uuid(),
  requestId: z.string().max(64).nullable(),
});
export type SendMailPayload = z.infer<typeof sendMailPayload>;

const ATTEMPTS = 40;
const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 15_000;

/** The outbox keeps the record of each mail, so the queue keeps none; a free id lets the relay hand a mail over again. */
export function sendMailOptions(payload: SendMailPayload): JobsOptions {
  return {
    jobId: payload.outboxId,
    attempts: ATTEMPTS,
    backoff: { type: 'custom' },
    removeOnComplete: true,
    removeOnFail: true,
  };
}

/** Wait before try number `attempt + 1`, in milliseconds: doubles up to a quarter of a minute. */
export function sendMailBackoff(attempt: number): number {
  return Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (attempt - 1), LONGEST_RETRY_MILLISECONDS);
}
