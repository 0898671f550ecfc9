import { type Sql, sql } from '../../lib/sql.js';

/** What the overview counts, apart from refusals by their code. */
export const countedNames = ['signIns', 'refusedSignIns', 'signUps', 'verifications', 'passwordResets'] as const;
export type CountedName = (typeof countedNames)[number];

/** Marks an hour that is counted completely, even if nothing happened in it. */
const COMPLETE = 'complete';
const REFUSAL = 'refusal:';

/** Events that end a sign-in. Where a second factor is still required, the first step does not end it. */
const ENDS_SIGN_IN = sql`type IN ('LOGIN', 'TWO_FACTOR', 'TOKEN_EXCHANGE') AND metadata->>'secondFactor' IS DISTINCT FROM 'required'`;

/** The names under which an event counts. */
const NAMES = sql`unnest(array_remove(ARRAY[
  CASE WHEN ${ENDS_SIGN_IN} THEN CASE WHEN success THEN 'signIns' ELSE 'refusedSignIns' END END,
  CASE WHEN ${ENDS_SIGN_IN} AND NOT success THEN ${REFUSAL} || coalesce(metadata->>'reason', 'TOKEN_INVALID') END,
  CASE WHEN type = 'SIGN_UP' AND success THEN 'signUps' END,
  CASE WHEN type = 'EMAIL_VERIFICATION' AND success THEN 'verifications' END,
  CASE WHEN type = 'PASSWORD_RESET' AND success THEN 'passwordResets' END], NULL)) AS name`;

/** Counts the events of a time by hour and name. */
function eventsBetween(from: Sql, before: Sql): Sql {
  return sql`SELECT date_trunc('hour', created_at, 'UTC') AS hour, name, count(*)::int AS events
    FROM audit_events, LATERAL (SELECT ${NAMES}) AS named
    WHERE created_at >= ${from} AND created_at < ${before}
      AND type IN ('LOGIN', 'TWO_FACTOR', 'TOKEN_EXCHANGE', 'SIGN_UP', 'EMAIL_VERIFICATION', 'PASSWORD_RESET')
    GROUP BY 1, 2`;
}

/** Returns the statement that counts whole hours and stores the counts. Counting an hour again replaces its counts. */
export function storeCounts(from: Date, before: Date): Sql {
  return sql`INSERT INTO event_counts (hour, name, events)
    ${eventsBetween(sql`${from}::timestamptz`, sql`${before}::timestamptz`)}
    UNION ALL SELECT hour, ${COMPLETE}, 0
      FROM generate_series(${from}::timestamptz, ${before}::timestamptz - interval '1 hour', '1 hour') AS hour
    ON CONFLICT (hour, name) DO UPDATE SET events = EXCLUDED.events`;
}

/** Returns the statement that finds the end of the last complete hour; no row value if there is none. */
export const lastCounted: Sql = sql`SELECT max(hour) + interval '1 hour' AS until FROM event_counts WHERE name = ${COMPLETE}`;

/** Returns the statement that counts by day (UTC) and name: complete hours from their counts, the rest from the log. */
export function countsByDay(from: Date, before: Date): Sql {
  const start = sql`greatest(${from}::timestamptz, coalesce((${lastCounted}), ${from}::timestamptz))`;
  return sql`SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, name, sum(events)::int AS events
    FROM (
      SELECT hour, name, events FROM event_counts WHERE hour >= ${from} AND name <> ${COMPLETE}
      UNION ALL ${eventsBetween(start, sql`${before}::timestamptz`)}
    ) AS counted GROUP BY 1, 2`;
}

/** Returns the code of a name that counts refusals; undefined for other names. */
export function refusalCode(name: string): string | undefined {
  return name.startsWith(REFUSAL) ? name.slice(REFUSAL.length) : undefined;
}
