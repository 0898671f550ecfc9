import { addSeconds } from '../../lib/clock.js';
import type { Statement } from '../../lib/query.js';
import type { UseCaseContext } from '../use-case.js';

/** What a user's last request for another address came to. */
export interface PendingChange {
  /** The code that it was given; a request that mails gets a new one. Null before the first. */
  codeId: string | null;
  /** Whether asking for the same address again would mail nothing yet. */
  isCoolingDown: boolean;
}

const PENDING: Statement = {
  name: 'pending-email-change',
  text: `SELECT c.id, u.pending_email = $2 AND c.issued_at > $3 AS cooling
    FROM users u LEFT JOIN one_time_codes c ON c.purpose = 'CHANGE_EMAIL' AND c.address = u.id::text
    WHERE u.id = $1`,
};

/** Reads the change of address that a user asked for last, as seen by a request for `newEmail`. */
export async function findPendingChange(
  { query, clock, settings }: Pick<UseCaseContext, 'query' | 'clock' | 'settings'>,
  { userId, newEmail }: { userId: string; newEmail: string },
): Promise<PendingChange> {
  const coolingSince = addSeconds(clock.now(), -settings.codeResendSeconds);
  const [row] = await query(PENDING, [userId, newEmail, coolingSince]);
  return { codeId: (row?.id as string | null | undefined) ?? null, isCoolingDown: row?.cooling === true };
}
