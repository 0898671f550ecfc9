import { LRUCache } from 'lru-cache';
import { addSeconds } from '../../lib/clock.js';
import { sql } from '../../lib/sql.js';
import { insertEvent } from '../audit/record-event.js';
import { advisoryLockOf } from '../locks.js';
import type { UseCaseContext } from '../use-case.js';

/** Repeated readings are recorded once in this time, across all processes. */
const AGAIN_AFTER_SECONDS = 3_600;
const MOST_KNOWN = 10_000;

/** When the reading of an account by a member of staff was last recorded, as far as this process knows. */
const recorded = new LRUCache<string, Date>({ max: MOST_KNOWN });

type Needs = Pick<UseCaseContext, 'transact' | 'clock' | 'client' | 'requestId'>;

/**
 * Records in the audit log that a member of staff read the details of an account, once an hour. The lock makes two
 * processes take turns; it and the statements that follow are one round trip.
 */
export async function recordReading(context: Needs, actorId: string, userId: string): Promise<void> {
  const key = `${actorId} ${userId}`;
  const now = context.clock.now();
  const known = recorded.get(key);
  if (known !== undefined && known > addSeconds(now, -AGAIN_AFTER_SECONDS) && known <= now) return;
  const latest = sql`
    FROM audit_events WHERE actor_id = ${actorId} AND user_id = ${userId} AND type = 'ADMIN_READ'
      AND created_at > ${addSeconds(now, -AGAIN_AFTER_SECONDS)}`;
  const source = sql`
    WHERE NOT EXISTS (SELECT ${latest}) AND EXISTS (SELECT FROM users WHERE id = ${userId} AND deleted_at IS NULL)`;
  const [, , [found] = []] = await context.transact([
    advisoryLockOf(`reading ${key}`),
    insertEvent(context, { type: 'ADMIN_READ', userId, actorId }, source),
    sql`SELECT max(created_at) AS at ${latest}`,
  ]);
  if (found?.at != null) recorded.set(key, new Date(found.at as string));
}
