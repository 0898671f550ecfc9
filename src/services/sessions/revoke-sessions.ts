import type { EntityManager } from '@mikro-orm/postgresql';
import type { RevocationReason } from '../../entities/session.js';

import { REVOCATION_CHANNEL } from './revocation-list.js';

/** The sessions to end: one, one of a user, or all of a user but one. */
export type SessionSelection = { id: string; userId?: string } | { userId: string; exceptId: string | null };

function condition(selection: SessionSelection): [string, unknown[]] {
  if (!('id' in selection))
    return ['user_id = ? AND id IS DISTINCT FROM ?::uuid', [selection.userId, selection.exceptId]];
  const { id, userId } = selection;
  return userId === undefined ? ['id = ?', [id]] : ['id = ? AND user_id = ?', [id, userId]];
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
  const [where, values] = condition(selection);
  const rows = await em.execute<{ id: string }[]>(
    `WITH ended AS (
       UPDATE sessions SET revoked_at = ?, revocation_reason = ?
       WHERE ${where} AND revoked_at IS NULL AND expires_at > ? RETURNING id)
     SELECT id, pg_notify('${REVOCATION_CHANNEL}', id::text) FROM ended`,
    [now, reason, ...values, now],
  );
  return rows.map((row) => row.id);
}
