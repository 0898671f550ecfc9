import { type CheckPasswordPayload, checkPasswordJob } from './check-password.js';
import { createJobQueue, type JobQueue } from './queue.js';
import type { QueueLocation } from './queue-location.js';
import { type SendMailPayload, sendMailJob } from './send-mail.js';

/** The queues that requests add jobs to. */
export interface JobQueues {
  mailQueue: JobQueue<SendMailPayload>;
  /** The breach checks of new passwords. */
  passwordCheckQueue: JobQueue<CheckPasswordPayload>;
}

/** Opens the queues. Without `breachCheck`, no password is checked and the queue of checks stays closed. */
export function openQueues(location: QueueLocation, { breachCheck }: { breachCheck: boolean }): JobQueues {
  return {
    mailQueue: createJobQueue(sendMailJob, location, { poolSize: 2 }),
    passwordCheckQueue: createJobQueue(checkPasswordJob, location, { inUse: breachCheck }),
  };
}
