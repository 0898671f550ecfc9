import { z } from 'zod';
import type { JobKind } from './job-kind.js';

const purgePayload = z.strictObject({});

const ATTEMPTS = 3;

/** Deletes data whose retention period has ended. Its payload is empty. */
export const purgeJob: JobKind<z.infer<typeof purgePayload>> = {
  queue: 'maintenance',
  name: 'purge',
  payload: purgePayload,
  options: () => ({
    attempts: ATTEMPTS,
    stackTraceLimit: 0,
    removeOnComplete: true,
    removeOnFail: true,
  }),
};
