import type { JobQueue } from '../../jobs/queue.js';
import type { UseCaseContext } from '../use-case.js';

/** Enqueues the job of a committed row without making the request wait. The relay enqueues what the queue did not accept. */
export function enqueue<Payload extends object>(
  { requestId, logger }: Pick<UseCaseContext, 'requestId' | 'logger'>,
  queue: JobQueue<Payload>,
  payload: Payload,
  what: string,
): void {
  queue.add(payload).catch((cause: unknown) => {
    const facts: object = { err: cause, requestId, ...payload };
    logger.warn(facts, `the queue did not accept ${what}; the relay will enqueue it`);
  });
}
