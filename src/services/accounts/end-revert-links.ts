import type { EntityManager } from '@mikro-orm/postgresql';
import { run, sql } from '../../lib/sql.js';

/**
 * Ends the revert links issued since a given time. An earlier address has the stronger claim, so a later one must not
 * take the account away from it.
 */
export async function endRevertLinks(
  em: EntityManager,
  { userId, since, now }: { userId: string; since: Date; now: Date },
): Promise<void> {
  await run(
    em,
    sql`UPDATE one_time_codes SET consumed_at = ${now}
      WHERE user_id = ${userId} AND purpose = 'REVERT_EMAIL' AND consumed_at IS NULL AND issued_at >= ${since}`,
  );
}
