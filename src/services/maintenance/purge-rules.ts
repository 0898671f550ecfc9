import { addSeconds } from '../../lib/clock.js';
import { type Sql, sql } from '../../lib/sql.js';
import { MOST_FAILURES_IN_A_ROW } from '../attempts/total.js';
import type { UseCaseContext } from '../use-case.js';

/** A database setting that a transaction sets if the table requires it. */
export interface PurgePermit {
  name: string;
  value: Date;
}

/**
 * An indexed column that says when the purge checks a row, where an index on the columns of `where` would cost every
 * request. A row that is due and is still kept is checked again at the time in its column `next`.
 */
export interface PurgeCheck {
  column: string;
  next: string;
  before: Date;
}

/** A rule for rows that are no longer kept. */
export interface PurgeRule {
  /** Name of the rows in logs and metrics. */
  rows: string;
  table: string;
  /** Condition for the rows to delete. */
  where: Sql;
  permit?: PurgePermit;
  /**
   * Key by which the whole table is read in batches. It is set if an index on the columns of `where` would cost every
   * request more than reading the table does.
   */
  walk?: string;
  check?: PurgeCheck;
}

const HOUR = 3_600;
const DAY = 86_400;
/**
 * Expired codes still hold the attempts and the cool-down of their address. Failed attempts restart from zero after
 * this time.
 */
const CODES_AFTER = 2 * DAY;
/** Consecutive failed attempts are added up over this time. */
const FAILURES_AFTER = 30 * DAY;
/** A name that is locked until its password is reset is remembered long enough for its owner to come back. */
const ENDLESS_LOCKS_AFTER = 366 * DAY;
const CHALLENGES_AFTER = DAY;
/** A check that has waited this long will not be made: its queue was unavailable, or the check was switched off. */
const PASSWORD_CHECKS_AFTER = DAY;
const SIGNING_KEYS_AFTER = 30 * DAY;

/** Returns the rules for sessions that ended before a time. */
function sessionRules(before: Date): PurgeRule[] {
  const sessions = { rows: 'sessions', table: 'sessions' };
  return [
    { ...sessions, where: sql`revoked_at < ${before}` },
    // Every refresh changes `expires_at`, so an index on it would be costly.
    { ...sessions, where: sql`expires_at < ${before}`, check: { column: 'kept_until', next: 'expires_at', before } },
  ];
}

/** Returns the rules for everything that is purged except unverified accounts. */
export function purgeRules({ settings, clock }: Pick<UseCaseContext, 'settings' | 'clock'>): PurgeRule[] {
  const now = clock.now();
  const ago = (seconds: number) => addSeconds(now, -seconds);
  // The guard reads the ended sessions from this table, so they stay while any of their access tokens may be valid.
  const sessions = ago(Math.max(settings.purgeSessionsAfter, settings.accessTokenTtl + HOUR));
  const audit = ago(settings.auditRetention);
  return [
    ...sessionRules(sessions),
    {
      rows: 'deleted accounts',
      table: 'users',
      where: sql`deleted_at < ${ago(settings.accessTokenTtl + HOUR)}`,
    },
    { rows: 'codes', table: 'one_time_codes', where: sql`link_expires_at < ${ago(CODES_AFTER)}` },
    {
      rows: 'mails',
      table: 'outbox_messages',
      where: sql`status <> 'PENDING' AND finished_at < ${ago(settings.purgeMailsAfter)}`,
    },
    {
      rows: 'failed attempts',
      table: 'login_failures',
      where: sql`last_tried_at < ${ago(Math.max(FAILURES_AFTER, settings.lockoutSeconds))}
        AND (total < ${MOST_FAILURES_IN_A_ROW} OR last_tried_at < ${ago(ENDLESS_LOCKS_AFTER)})`,
    },
    { rows: 'challenges', table: 'two_factor_challenges', where: sql`expires_at < ${ago(CHALLENGES_AFTER)}` },
    { rows: 'enrolments', table: 'totp_credentials', where: sql`confirmed_at IS NULL AND expires_at < ${now}` },
    { rows: 'devices', table: 'known_devices', where: sql`last_seen_at < ${ago(settings.purgeDevicesAfter)}` },
    {
      rows: 'password checks',
      table: 'password_checks',
      // A waiting check is due, and is found by its due time.
      where: sql`next_attempt_at < ${now} AND created_at < ${ago(PASSWORD_CHECKS_AFTER)}`,
    },
    { rows: 'signing keys', table: 'signing_keys', where: sql`retires_at < ${ago(SIGNING_KEYS_AFTER)}` },
    {
      rows: 'audit events',
      table: 'audit_events',
      // The database does not allow younger events to be deleted, by its own clock.
      where: sql`created_at < ${audit} AND created_at < now() - interval '30 days'`,
      permit: { name: 'gatehouse.audit_purge_before', value: audit },
    },
    {
      rows: 'limits',
      table: 'rate_limits',
      where: sql`expire < extract(epoch FROM now()) * 1000`,
      walk: 'key',
    },
  ];
}
