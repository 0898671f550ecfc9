import { z } from 'zod';
import { type JobKind, jobId } from './job-kind.js';

/** What the job says: where the mail is. The mail itself, and any code in it, never enters the queue. */
const sendMailPayload = z.strictObject({
  outboxId: z.uuid(),
  requestId: z.string().max(64).nullable(),
});
/** The payload as both ends of the queue know it. */
export type SendMailPayload = z.infer<typeof sendMailPayload>;

/** For what is no outcome of a mail: more than any gets, as the outbox decides when it is given up. */
const ATTEMPTS = 100_000;
const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 8_000;
const LONGEST_DEFERRAL_MILLISECONDS = 600_000;
/** A mail that the server itself puts off is tried again after this share of the time that it has waited. */
const DEFERRAL_SHARE = 0.1;

/**
 * The outbox keeps the record of each mail and decides, by the database's clock, when it is tried again. So the queue keeps no
 * job and delays none: it would do so by the clock of whatever process asks for it.
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

/** What a mail's tries came to so far. */
export interface Tries {
  attempts: number;
  ageMilliseconds: number;
  /** Whether the mail server answered that this mail has to wait. */
  putOff: boolean;
}

/**
 * Wait before the next try, in milliseconds: doubles up to a few seconds, as somebody is waiting for the mail. A server that
 * puts the mail off is asked ever less often.
 */
export function retryAfter({ attempts, ageMilliseconds, putOff }: Tries): number {
  const patience = putOff ? Math.min(ageMilliseconds * DEFERRAL_SHARE, LONGEST_DEFERRAL_MILLISECONDS) : 0;
  const doubled = FIRST_RETRY_MILLISECONDS * 2 ** Math.min(attempts - 1, 30);
  return Math.round(Math.min(doubled, Math.max(LONGEST_RETRY_MILLISECONDS, patience)));
}
