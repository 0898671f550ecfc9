import type { EntityManager } from '@mikro-orm/postgresql';

const END_WAYS_BACK = `
  UPDATE one_time_codes SET consumed_at = ?
  WHERE user_id = ? AND purpose = 'REVERT_EMAIL' AND consumed_at IS NULL AND issued_at >= ?`;

/**
 * Ends the revert links issued since a given time. An earlier address has the stronger claim, so a later one must not
 * take the account away from it.
 */
export async function endWaysBack(
  em: EntityManager,
  { userId, since, now }: { userId: string; since: Date; now: Date },
): Promise<void> {
  await em.execute(END_WAYS_BACK, [now, userId, since]);
}
