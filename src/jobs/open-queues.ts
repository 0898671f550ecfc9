import { type CheckPasswordPayload, checkPasswordJob } from './check-password.js';
import { createJobQueue, type JobQueue } from './queue.js';
import type { QueueLocation } from './queue-location.js';
import { type SendMailPayload, sendMailJob } from './send-mail.js';

/** The queues that requests add jobs to. */
export interface JobQueues {
  mailQueue: JobQueue<SendMailPayload>;
  /** New passwords that are to be looked up among breached ones. */
  passwordCheckQueue: JobQueue<CheckPasswordPayload>;
}

/** Opens the queues of requests; `breachCheck` tells whether passwords are looked up. */
export function openQueues(location: QueueLocation, { breachCheck }: { breachCheck: boolean }): JobQueues {
  return {
    mailQueue: createJobQueue(sendMailJob, location, { poolSize: 2 }),
    passwordCheckQueue: createJobQueue(checkPasswordJob, location, { inUse: breachCheck }),
  };
}
