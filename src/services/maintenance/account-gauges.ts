import { addSeconds } from '../../lib/clock.js';
import { type Sql, sql } from '../../lib/sql.js';

const DAY = 86_400;

/** The measured numbers, by name. */
export const gaugeNames = [
  'users',
  'verifiedUsers',
  'newUsers',
  'twoFactorUsers',
  'admins',
  'adminsWithTwoFactor',
  'activeUsersToday',
  'activeUsers30Days',
  'liveSessions',
  'lockedNow',
] as const;
export type GaugeName = (typeof gaugeNames)[number];

/** The start of the day in UTC. */
export function startOfDay(moment: Date): Date {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate()));
}

/** Returns the statement that measures all numbers now. It reads whole tables. */
export function measure(now: Date): Sql {
  const accounts = sql`SELECT count(*)::int AS "users",
      count(*) FILTER (WHERE email_verified_at IS NOT NULL)::int AS "verifiedUsers",
      count(*) FILTER (WHERE created_at >= ${addSeconds(now, -7 * DAY)})::int AS "newUsers",
      count(*) FILTER (WHERE two_factor_enabled_at IS NOT NULL)::int AS "twoFactorUsers",
      count(*) FILTER (WHERE role = 'admin')::int AS "admins",
      count(*) FILTER (WHERE role = 'admin' AND two_factor_enabled_at IS NOT NULL)::int AS "adminsWithTwoFactor"
    FROM users WHERE deleted_at IS NULL`;
  const active = sql`SELECT
      count(DISTINCT user_id) FILTER (WHERE last_activity_at >= ${startOfDay(now)})::int AS "activeUsersToday",
      count(DISTINCT user_id)::int AS "activeUsers30Days"
    FROM sessions WHERE last_activity_at >= ${addSeconds(now, -30 * DAY)}`;
  return sql`SELECT * FROM (${accounts}) AS accounts, (${active}) AS active,
    (SELECT count(*)::int AS "liveSessions" FROM sessions WHERE revoked_at IS NULL AND expires_at > ${now}) AS sessions,
    (SELECT count(*)::int AS "lockedNow" FROM login_failures WHERE locked_until > ${now}) AS locks`;
}

/** Returns the statement that measures all numbers and stores them. */
export function storeGauges(now: Date): Sql {
  return sql`INSERT INTO account_gauges (name, value, measured_at)
    SELECT key, value::int, ${now} FROM (${measure(now)}) AS measured, jsonb_each_text(to_jsonb(measured))
    ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, measured_at = EXCLUDED.measured_at`;
}
