import { addSeconds } from '../../lib/clock.js';
import type { Statement } from '../../lib/query.js';
import type { UseCaseContext } from '../use-case.js';

/** State of a user's last request for another address. */
export interface PendingChange {
  /** Code of that request; null before the first one. A request that sends mail gets a new code. */
  codeId: string | null;
  /** True if a request for the same address would not send mail yet. */
  isCoolingDown: boolean;
}

const PENDING: Statement = {
  name: 'pending-email-change',
  text: `SELECT c.id, u.pending_email = $2 AND c.issued_at > $3 AS cooling
    FROM users u LEFT JOIN one_time_codes c ON c.purpose = 'CHANGE_EMAIL' AND c.address = u.id::text
    WHERE u.id = $1`,
};

/** Reads a user's last request for another address, as a request for `newEmail` sees it. */
export async function findPendingChange(
  { query, clock, settings }: Pick<UseCaseContext, 'query' | 'clock' | 'settings'>,
  { userId, newEmail }: { userId: string; newEmail: string },
): Promise<PendingChange> {
  const coolingSince = addSeconds(clock.now(), -settings.codeResendSeconds);
  const [row] = await query(PENDING, [userId, newEmail, coolingSince]);
  return { codeId: (row?.id as string | null | undefined) ?? null, isCoolingDown: row?.cooling === true };
}
