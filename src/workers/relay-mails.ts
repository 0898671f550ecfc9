import type { Dependencies } from '../dependencies.js';
import { addSeconds } from '../lib/clock.js';
import { addEach } from './relay.js';

type Needs = Pick<Dependencies, 'orm' | 'clock' | 'mailQueue'>;

const BATCH = 100;
const AGAIN_AFTER_SECONDS = 30;

/** Replicas share the work: each takes rows that no other holds, and leaves them alone for a while. */
const TAKE = `
  UPDATE outbox_messages SET next_attempt_at = ?, locked_until = NULL
  WHERE id IN (
    SELECT id FROM outbox_messages
    WHERE status = 'PENDING' AND next_attempt_at <= ? AND (locked_until IS NULL OR locked_until < clock_timestamp())
    ORDER BY next_attempt_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
  RETURNING id, request_id, attempts`;

const GIVE_BACK = 'UPDATE outbox_messages SET next_attempt_at = ? WHERE id = ANY(?)';

/** Hands over the mails whose time has come; tells whether there may be more. */
export async function relayMails({ orm, clock, mailQueue }: Needs): Promise<boolean> {
  if (!mailQueue.isReady()) return false;
  const em = orm.em.fork();
  const now = clock.now();
  const again = addSeconds(now, AGAIN_AFTER_SECONDS);
  const rows = await em.execute<{ id: string; request_id: string | null; attempts: number }[]>(TAKE, [again, now]);
  await addEach(
    rows,
    (row) => mailQueue.addAgain({ outboxId: row.id, requestId: row.request_id }, row.attempts),
    async (left) => void (await em.execute(GIVE_BACK, [now, `{${left.map(({ id }) => id).join(',')}}`])),
  );
  return rows.length === BATCH;
}
