import type { EntityManager } from '@mikro-orm/postgresql';
import type { RevocationReason } from '../../entities/session.js';
import { run, type Sql, sql } from '../../lib/sql.js';
import { REVOCATION_CHANNEL } from './revocation-list.js';

/** The sessions to end: one, one of a user, or all of a user but one. */
export type SessionSelection = { id: string; userId?: string } | { userId: string; exceptId: string | null };

function condition(selection: SessionSelection): Sql {
  if (!('id' in selection))
    return sql`user_id = ${selection.userId} AND id IS DISTINCT FROM ${selection.exceptId}::uuid`;
  const { id, userId } = selection;
  return userId === undefined ? sql`id = ${id}` : sql`id = ${id} AND user_id = ${userId}`;
}

/**
 * Ends sessions and notifies every process in the same statement. Returns the ids of those that were alive, which
 * excludes expired ones. Only `work.endSessions` calls this, and announces them after the commit.
 */
export async function revokeSessions(
  em: EntityManager,
  selection: SessionSelection,
  reason: RevocationReason,
  now: Date,
): Promise<string[]> {
  const rows = await run<{ id: string }>(
    em,
    sql`WITH ended AS (
        UPDATE sessions SET revoked_at = ${now}, revocation_reason = ${reason}
        WHERE ${condition(selection)} AND revoked_at IS NULL AND expires_at > ${now} RETURNING id)
      SELECT id, pg_notify(${REVOCATION_CHANNEL}, id::text) FROM ended`,
  );
  return rows.map((row) => row.id);
}
