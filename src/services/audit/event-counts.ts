import { type Sql, sql } from '../../lib/sql.js';

/** What the overview counts, apart from refusals by their code. */
export const countedNames = ['signIns', 'refusedSignIns', 'signUps', 'verifications', 'passwordResets'] as const;
export type CountedName = (typeof countedNames)[number];

/** Marks the last hour that is counted, even if nothing happened in it. */
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

/** Day and hour of a time in UTC, as columns. */
function dayAndHour(time: Sql): Sql {
  return sql`(${time} AT TIME ZONE 'UTC')::date AS day, extract(hour FROM ${time} AT TIME ZONE 'UTC')::smallint AS hour`;
}

/** The start of the hour of a row. */
const START = sql`(day + hour * interval '1 hour') AT TIME ZONE 'UTC'`;

/** Counts the events of a time by hour and name. */
function eventsBetween(from: Sql, before: Sql): Sql {
  return sql`SELECT ${dayAndHour(sql`created_at`)}, name, count(*)::int AS events
    FROM audit_events, LATERAL (SELECT ${NAMES}) AS named
    WHERE created_at >= ${from} AND created_at < ${before}
      AND type IN ('LOGIN', 'TWO_FACTOR', 'TOKEN_EXCHANGE', 'SIGN_UP', 'EMAIL_VERIFICATION', 'PASSWORD_RESET')
    GROUP BY 1, 2, 3`;
}

/** Returns the statements that count whole hours and store the counts, in the order in which they run. */
export function storeCounts(from: Date, before: Date): Sql[] {
  return [
    sql`DELETE FROM event_counts WHERE name = ${COMPLETE}`,
    sql`INSERT INTO event_counts (day, hour, name, events)
      ${eventsBetween(sql`${from}::timestamptz`, sql`${before}::timestamptz`)}
      UNION ALL SELECT ${dayAndHour(sql`(${before}::timestamptz - interval '1 hour')`)}, ${COMPLETE}, 0
      ON CONFLICT (day, hour, name) DO UPDATE SET events = EXCLUDED.events`,
  ];
}

/** The statement that finds the end of the last hour that is counted; null if there is none. */
export const lastCounted: Sql = sql`SELECT max(${START}) + interval '1 hour' AS until FROM event_counts WHERE name = ${COMPLETE}`;

/**
 * Returns the statement that counts by day (UTC) and name: complete hours from their counts, the
 * rest from the log. `from` is the start of a day.
 */
export function countsByDay(from: Date, before: Date): Sql {
  const start = sql`greatest(${from}::timestamptz, coalesce((${lastCounted}), ${from}::timestamptz))`;
  return sql`SELECT day::text AS day, name, sum(events)::int AS events
    FROM (
      SELECT day, name, events FROM event_counts WHERE day >= ${from}::date AND name <> ${COMPLETE}
      UNION ALL SELECT day, name, events FROM (${eventsBetween(start, sql`${before}::timestamptz`)}) AS recent
    ) AS counted GROUP BY 1, 2`;
}

const HOUR_MILLISECONDS = 3_600_000;

/**
 * Returns the statement that counts by name from any time on: complete hours from their counts, and the hour in which the time
 * is and the hours that are not counted yet from the log.
 */
export function countsSince(from: Date, before: Date): Sql {
  const firstHour = new Date(Math.ceil(from.getTime() / HOUR_MILLISECONDS) * HOUR_MILLISECONDS);
  const uncounted = sql`greatest(${firstHour}::timestamptz, coalesce((${lastCounted}), ${firstHour}::timestamptz))`;
  return sql`SELECT name, sum(events)::int AS events
    FROM (
      SELECT name, events FROM event_counts
      WHERE day >= (${firstHour}::timestamptz AT TIME ZONE 'UTC')::date AND ${START} >= ${firstHour} AND name <> ${COMPLETE}
      UNION ALL SELECT name, events FROM (${eventsBetween(sql`${from}::timestamptz`, sql`${firstHour}::timestamptz`)}) AS begun
      UNION ALL SELECT name, events FROM (${eventsBetween(uncounted, sql`${before}::timestamptz`)}) AS recent
    ) AS counted GROUP BY 1`;
}

/** Returns the code of a name that counts refusals; undefined for other names. */
export function refusalCode(name: string): string | undefined {
  return name.startsWith(REFUSAL) ? name.slice(REFUSAL.length) : undefined;
}
