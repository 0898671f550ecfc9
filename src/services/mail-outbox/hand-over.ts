import { enqueue } from '../outbox/enqueue.js';
import type { Request, UseCaseContext } from '../use-case.js';

/** QUEUED: it is on its way. DEFERRED: it is safe in the outbox until the queue or the mail server is back. */
export type MailStatus = 'QUEUED' | 'DEFERRED';

/** The answer for every address, known or not. */
export interface MailAccepted {
  kind: 'mail-accepted';
  email: string;
  mailStatus: MailStatus;
  resendAvailableAt: Date;
}

type Needs = Pick<UseCaseContext, 'mailQueue' | 'countMail' | 'requestId' | 'logger'>;

/** The context of a use-case that mails. */
export type MailingContext = Request;

/**
 * Hands a committed outbox row to the queue without making the request wait. What fails here is picked up by the relay.
 */
export function handOver(context: Needs, outboxId: string): void {
  const { requestId } = context;
  context.countMail();
  enqueue(context, context.mailQueue, { outboxId, requestId }, 'a mail');
}

/** Whether a mail that is written now goes out now; bounded in time, and asked while the password is being hashed. */
export async function mailStatus(context: Pick<UseCaseContext, 'mailQueue' | 'mailRoute'>): Promise<MailStatus> {
  const [takesJobs, isOpen] = await Promise.all([context.mailQueue.takesJobs(), context.mailRoute.isOpen()]);
  return takesJobs && isOpen ? 'QUEUED' : 'DEFERRED';
}
