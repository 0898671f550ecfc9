import { addSeconds, type Clock } from '../../lib/clock.js';
import type { Query } from '../../lib/query.js';

/** One refused recipient may be a typing error; so many of them and none taken are the server's. */
const REFUSED_RECIPIENTS = 3;
/** Older mails tell nothing of today; nobody waits for them any more, either. */
const LATEST_SECONDS = 86_400;
const LOOKED_AT = 100;

// A try moves `next_attempt_at`, so it tells the order of the mails that are done with. One that still waits may have been tried
// before the last one was taken, and counts only where it was written after that.
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

/** What became of the last mails of all processes; errors that begin with `ofAddress` are an address's own. */
export async function lastMails(
  { query, clock }: { query: Query; clock: Clock },
  ofAddress: string,
): Promise<{ taken: string | null; refusal: string | null }> {
  const [row] = await query({ name: 'last-mails', text: LAST }, [addSeconds(clock.now(), -LATEST_SECONDS), ofAddress]);
  return { taken: (row?.taken ?? null) as string | null, refusal: (row?.refusal ?? null) as string | null };
}
