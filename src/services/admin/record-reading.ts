import { LRUCache } from 'lru-cache';
import { addSeconds } from '../../lib/clock.js';
import { type Sql, sql } from '../../lib/sql.js';
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
 * Records in the audit log that a member of staff read the details of accounts, once an hour for each account. The lock
 * makes two processes take turns; it and the statements that follow are one round trip.
 */
export async function recordReadings(context: Needs, actorId: string, userIds: readonly string[]): Promise<void> {
  const now = context.clock.now();
  const since = addSeconds(now, -AGAIN_AFTER_SECONDS);
  const isKnown = (at: Date | undefined) => at !== undefined && at > since && at <= now;
  const ids = userIds.filter((userId) => !isKnown(recorded.get(`${actorId} ${userId}`)));
  if (ids.length === 0) return;
  const latest = (ofUsers: Sql) => sql`
    FROM audit_events WHERE actor_id = ${actorId} AND ${ofUsers} AND type = 'ADMIN_READ' AND created_at > ${since}`;
  const insert = (userId: string) =>
    insertEvent(
      context,
      { type: 'ADMIN_READ', userId, actorId },
      sql`WHERE NOT EXISTS (SELECT ${latest(sql`user_id = ${userId}`)})
        AND EXISTS (SELECT FROM users WHERE id = ${userId} AND deleted_at IS NULL)`,
    );
  const answers = await context.transact([
    advisoryLockOf(`readings ${actorId}`),
    ...ids.map(insert),
    sql`SELECT user_id, max(created_at) AS at ${latest(sql`user_id = ANY(${ids}::uuid[])`)} GROUP BY user_id`,
  ]);
  for (const { user_id: userId, at } of answers.at(-1) ?? []) {
    recorded.set(`${actorId} ${String(userId)}`, new Date(at as string));
  }
}
