import type { SendMailPayload } from '../../jobs/send-mail.js';
import type { LeasedOutbox } from '../outbox/outbox.js';

/** The outbox of mails. */
export const mailOutbox: LeasedOutbox<SendMailPayload> = {
  table: 'outbox_messages',
  id: 'id',
  requestId: 'request_id',
  pending: "status = 'PENDING'",
  enqueueAgainAfterSeconds: 30,
  lease: {
    columns: `id, mail, recipient, locale, user_id, code_id, variables, status, attempts, request_id, created_at, next_attempt_at,
      locked_until, finished_at, last_error`,
  },
  payload: ({ id: outboxId, requestId }) => ({ outboxId, requestId }),
};
