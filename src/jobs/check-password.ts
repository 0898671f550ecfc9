import { z } from 'zod';
import { type JobKind, jobId } from './job-kind.js';

/** What the job says: whose password. The password, and any digest of it, never enters the queue. */
const checkPasswordPayload = z.strictObject({
  userId: z.uuid(),
  requestId: z.string().max(64).nullable(),
});
/** The payload as both ends of the queue know it. */
export type CheckPasswordPayload = z.infer<typeof checkPasswordPayload>;

/** The row of the check decides when it is tried again, so the queue tries once and keeps nothing. */
export const checkPasswordJob: JobKind<CheckPasswordPayload> = {
  queue: 'password-check',
  name: 'check-password',
  payload: checkPasswordPayload,
  options: ({ userId }, tries) => ({
    jobId: jobId(userId, tries),
    stackTraceLimit: 0,
    removeOnComplete: true,
    removeOnFail: true,
  }),
};
