import { addSeconds, type Clock } from '../../lib/clock.js';
import type { Query } from '../../lib/query.js';

/** One refused recipient may be a typing error. This many refusals without a delivery point to the server. */
const REFUSED_RECIPIENTS = 3;
/** Older mails say nothing about the current state, and nobody waits for them any more. */
const LATEST_SECONDS = 86_400;
const LOOKED_AT = 100;

// An attempt moves `next_attempt_at`, so it orders the finished mails. A pending mail may have been attempted before
// the last delivery, and counts only if it was written after that.
const LAST = `
  WITH taken AS (
    SELECT next_attempt_at AS tried_at, finished_at FROM outbox_messages
    WHERE status = 'SENT' ORDER BY next_attempt_at DESC LIMIT 1
  ), refused AS (
    (SELECT recipient, last_error, next_attempt_at FROM outbox_messages
      WHERE status = 'FAILED' AND next_attempt_at > greatest($1::timestamptz, (SELECT tried_at FROM taken))
        AND last_error IS NOT NULL AND NOT starts_with(last_error, $2)
      ORDER BY next_attempt_at DESC LIMIT ${LOOKED_AT})
    UNION ALL
    (SELECT recipient, last_error, next_attempt_at FROM outbox_messages
      WHERE status = 'PENDING' AND created_at > greatest($1::timestamptz, (SELECT finished_at FROM taken))
        AND last_error IS NOT NULL AND NOT starts_with(last_error, $2)
      ORDER BY next_attempt_at DESC LIMIT ${LOOKED_AT})
  )
  SELECT (SELECT tried_at::text FROM taken) AS taken, CASE WHEN count(DISTINCT recipient) >= ${REFUSED_RECIPIENTS}
    THEN (array_agg(last_error ORDER BY next_attempt_at DESC))[1] END AS refusal
  FROM refused`;

/**
 * Returns the last delivery and the last refusal across all processes. Errors that begin with `ofAddress` concern a
 * single address.
 */
export async function lastMails(
  { query, clock }: { query: Query; clock: Clock },
  ofAddress: string,
): Promise<{ taken: string | null; refusal: string | null }> {
  const [row] = await query({ name: 'last-mails', text: LAST }, [addSeconds(clock.now(), -LATEST_SECONDS), ofAddress]);
  return { taken: (row?.taken ?? null) as string | null, refusal: (row?.refusal ?? null) as string | null };
}
