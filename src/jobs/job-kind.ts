import type { JobsOptions } from 'bullmq';
import type { z } from 'zod';

/** A kind of job: its queue, payload and options. */
export interface JobKind<Payload> {
  queue: string;
  name: string;
  /** Checked by both producer and worker. Contains ids and no secrets. */
  payload: z.ZodType<Payload>;
  /** `tries` is the number of previous attempts. */
  options(payload: Payload, tries: number): JobsOptions;
}

/** The id of a job. Each attempt has its own, so that none is blocked by an abandoned job. */
export function jobId(of: string, tries: number): string {
  return tries === 0 ? of : `${of}-${tries}`;
}
