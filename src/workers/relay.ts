import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from '../dependencies.js';
import { addSeconds } from '../lib/clock.js';

type Needs = Pick<Dependencies, 'orm' | 'clock' | 'logger' | 'mailQueue'>;

/** Hands mails over that their request could not: after a crash, or while the queue was away. */
export interface Relay {
  close(): Promise<void>;
}

const EVERY_MILLISECONDS = 1_000;
/** After a failure a worker that was cut off with a sent mail in its hands gets this long to say so. */
const PAUSE_AFTER_FAILURE_MILLISECONDS = 3_000;
const BATCH = 100;
const AGAIN_AFTER_SECONDS = 30;

/** Replicas share the work: each takes rows that no other holds, and leaves them alone for a while. */
const TAKE = `
  UPDATE outbox_messages SET next_attempt_at = ?, locked_until = NULL
  WHERE id IN (
    SELECT id FROM outbox_messages
    WHERE status = 'PENDING' AND next_attempt_at <= ? AND (locked_until IS NULL OR locked_until < clock_timestamp())
    ORDER BY next_attempt_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
  RETURNING id, request_id`;

const GIVE_BACK = 'UPDATE outbox_messages SET next_attempt_at = ? WHERE id = ANY(?)';

/** One round; returns how many mails were handed over. */
export async function relayOnce({ orm, clock, mailQueue }: Needs): Promise<number> {
  if (!mailQueue.isReady()) return 0;
  const em = orm.em.fork();
  const now = clock.now();
  const again = addSeconds(now, AGAIN_AFTER_SECONDS);
  const rows = await em.execute<{ id: string; request_id: string | null }[]>(TAKE, [again, now]);
  const adding = rows.map((row) => mailQueue.add({ outboxId: row.id, requestId: row.request_id }));
  const results = await Promise.allSettled(adding);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return rows.length;
  const left = rows.filter((_row, index) => results[index]?.status === 'rejected').map((row) => row.id);
  await em.execute(GIVE_BACK, [now, `{${left.join(',')}}`]);
  throw failed.reason;
}

/** Looks for such mails again and again until it is closed. */
export function startRelay(needs: Needs): Relay {
  const stop = new AbortController();
  const pause = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: stop.signal }).catch(() => undefined);
  const run = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; ) {
      try {
        while ((await relayOnce(needs)) === BATCH);
        failures = 0;
      } catch (cause) {
        failures += 1;
        if (failures === 1) needs.logger.warn({ err: cause }, 'the relay could not hand mails over');
      }
      await pause(failures === 0 ? EVERY_MILLISECONDS : PAUSE_AFTER_FAILURE_MILLISECONDS);
    }
  };
  const running = run();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}
