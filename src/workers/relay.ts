import type { Dependencies } from '../dependencies.js';
import { addSeconds } from '../lib/clock.js';

type Needs = Pick<Dependencies, 'orm' | 'clock' | 'logger' | 'mailQueue'>;

/** Hands mails over that their request could not: after a crash, or while the queue was away. */
export interface Relay {
  close(): Promise<void>;
}

const EVERY_MILLISECONDS = 1_000;
const BATCH = 100;
const AGAIN_AFTER_SECONDS = 30;

/** Replicas share the work: each takes rows that no other holds, and leaves them alone for a while. */
const TAKE = `
  UPDATE outbox_messages SET next_attempt_at = ?
  WHERE id IN (
    SELECT id FROM outbox_messages
    WHERE status = 'PENDING' AND next_attempt_at <= ? AND (locked_until IS NULL OR locked_until < ?)
    ORDER BY next_attempt_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
  RETURNING id, request_id`;

/** One round; returns how many mails were handed over. */
export async function relayOnce({ orm, clock, mailQueue }: Needs): Promise<number> {
  const now = clock.now();
  const again = addSeconds(now, AGAIN_AFTER_SECONDS);
  const rows = await orm.em.fork().execute<{ id: string; request_id: string | null }[]>(TAKE, [again, now, now]);
  await Promise.all(rows.map((row) => mailQueue.add({ outboxId: row.id, requestId: row.request_id })));
  return rows.length;
}

/** Looks for such mails again and again until it is closed. */
export function startRelay(needs: Needs): Relay {
  let round = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(async () => {
      try {
        while ((await relayOnce(needs)) === BATCH);
      } catch (cause) {
        needs.logger.warn({ err: cause }, 'the relay could not hand mails over');
      }
    });
  }, EVERY_MILLISECONDS);
  return {
    async close() {
      clearInterval(timer);
      await round;
    },
  };
}
