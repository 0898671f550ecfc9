import { enqueue } from '../outbox/enqueue.js';
import type { UseCaseContext } from '../use-case.js';

/**
 * QUEUED: the mail is being delivered. DEFERRED: it stays in the outbox until the queue or the mail server is
 * available.
 */
export type MailStatus = 'QUEUED' | 'DEFERRED';

/** The answer for every address, whether known or not. */
export interface MailAccepted {
  kind: 'mail-accepted';
  email: string;
  mailStatus: MailStatus;
  resendAvailableAt: Date;
}

type Needs = Pick<UseCaseContext, 'mailQueue' | 'countMail' | 'requestId' | 'logger'>;

/**
 * Enqueues the job of a committed mail without making the request wait. The relay enqueues what the queue did not
 * accept.
 */
export function handOver(context: Needs, outboxId: string): void {
  const { requestId } = context;
  context.countMail();
  enqueue(context, context.mailQueue, { outboxId, requestId }, 'a mail');
}

/**
 * Returns whether a mail written now is delivered now. The check is bounded in time, and runs beside the other work of
 * a request.
 */
export async function mailStatus(context: Pick<UseCaseContext, 'mailQueue' | 'mailRoute'>): Promise<MailStatus> {
  const [takesJobs, isOpen] = await Promise.all([context.mailQueue.takesJobs(), context.mailRoute.isOpen()]);
  return takesJobs && isOpen ? 'QUEUED' : 'DEFERRED';
}
