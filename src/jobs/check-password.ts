import { z } from 'zod';
import { type JobKind, jobId } from './job-kind.js';

/** The user whose password is checked. The password and its digests never enter the queue. */
const checkPasswordPayload = z.strictObject({
  userId: z.uuid(),
  requestId: z.string().max(64).nullable(),
});
/** The payload as producer and worker see it. */
export type CheckPasswordPayload = z.infer<typeof checkPasswordPayload>;

/** The row of the check schedules retries, so the queue makes one attempt and keeps nothing. */
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
