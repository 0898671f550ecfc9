import type { JobsOptions } from 'bullmq';
import type { z } from 'zod';

/** One kind of job: where it waits, what it says and how long the queue keeps it. */
export interface JobKind<Payload> {
  queue: string;
  name: string;
  /** What both ends check. It holds ids and nothing that is secret. */
  payload: z.ZodType<Payload>;
  options(payload: Payload): JobsOptions;
}

/** A job that failed otherwise than by asking for time is tried again after this. */
const RETRY_MILLISECONDS = 8_000;

/** Asks the queue to try again. The queue keeps the message of an error, so this one says nothing of the job. */
export class JobWaits extends Error {
  override readonly name = 'JobWaits';

  constructor(readonly milliseconds: number) {
    super('the job waits for its next try');
  }
}

/** The queue's wait before a job's next try, in milliseconds. */
export function backoff(_attempts: number, _type?: string, error?: Error): number {
  return error instanceof JobWaits ? error.milliseconds : RETRY_MILLISECONDS;
}
