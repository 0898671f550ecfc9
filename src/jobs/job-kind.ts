import type { JobsOptions } from 'bullmq';
import type { z } from 'zod';

/** One kind of job: where it waits, what it says and how long the queue keeps it. */
export interface JobKind<Payload> {
  queue: string;
  name: string;
  /** What both ends check. It holds ids and nothing that is secret. */
  payload: z.ZodType<Payload>;
  /** `tries`: how often the work was begun already. */
  options(payload: Payload, tries: number): JobsOptions;
}

/** The id of a job. A later try is another job, so that none has to wait for one that was left behind. */
export function jobId(of: string, tries: number): string {
  return tries === 0 ? of : `${of}-${tries}`;
}
