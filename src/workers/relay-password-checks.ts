import type { Dependencies } from '../dependencies.js';
import { addSeconds } from '../lib/clock.js';
import { addEach } from './relay.js';

type Needs = Pick<Dependencies, 'orm' | 'clock' | 'passwordCheckQueue'>;

const BATCH = 100;
const AGAIN_AFTER_SECONDS = 60;

/** Replicas share the work: each takes rows that no other holds, and leaves them alone for a while. */
const TAKE = `
  UPDATE password_checks SET next_attempt_at = ?
  WHERE user_id IN (
    SELECT user_id FROM password_checks WHERE next_attempt_at <= ?
    ORDER BY next_attempt_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
  RETURNING user_id, attempts`;

const GIVE_BACK = 'UPDATE password_checks SET next_attempt_at = ? WHERE user_id = ANY(?)';

/** Hands over the password checks whose time has come; tells whether there may be more. */
export async function relayPasswordChecks({ orm, clock, passwordCheckQueue }: Needs): Promise<boolean> {
  if (!passwordCheckQueue.isReady()) return false;
  const em = orm.em.fork();
  const now = clock.now();
  const rows = await em.execute<{ user_id: string; attempts: number }[]>(TAKE, [
    addSeconds(now, AGAIN_AFTER_SECONDS),
    now,
  ]);
  await addEach(
    rows,
    (row) => passwordCheckQueue.addAgain({ userId: row.user_id, requestId: null }, row.attempts),
    async (left) => void (await em.execute(GIVE_BACK, [now, `{${left.map((row) => row.user_id).join(',')}}`])),
  );
  return rows.length === BATCH;
}
