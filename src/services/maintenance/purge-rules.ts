import { addSeconds } from '../../lib/clock.js';
import { MOST_FAILURES_IN_A_ROW } from '../attempts/total.js';
import type { UseCaseContext } from '../use-case.js';

/** A setting of the database that a transaction states where the table asks for it. */
export interface PurgePermit {
  name: string;
  value: Date;
}

/** Rows of one kind that are kept no longer. */
export interface PurgeRule {
  /** What they are, as log and metrics say it. */
  rows: string;
  table: string;
  /** Which of the table's rows go, with a place for each of the moments. */
  where: string;
  before: readonly Date[];
  permit?: PurgePermit;
  /**
   * The key by which the whole table is read, a batch at a time, where an index on what `where` names would cost every
   * request more than the reading does.
   */
  walk?: string;
  /** A key before every other one; the empty text where it is left out. */
  first?: string;
}

const HOUR = 3_600;
const DAY = 86_400;
/** Dead codes still hold the tries and the cool-down of their address; wrong tries begin from zero after this. */
const CODES_AFTER = 2 * DAY;
/** Wrong tries in a row count together over this time. */
const FAILURES_AFTER = 30 * DAY;
/** A name that is locked until its password is reset is remembered for as long as anybody may come back to it. */
const ENDLESS_LOCKS_AFTER = 366 * DAY;
const CHALLENGES_AFTER = DAY;
/** A check that waited for so long will not be made: its queue was away, or the check was switched off. */
const PASSWORD_CHECKS_AFTER = DAY;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const SIGNING_KEYS_AFTER = 30 * DAY;

/** Everything that is purged, but for accounts. */
export function purgeRules({ settings, clock }: Pick<UseCaseContext, 'settings' | 'clock'>): PurgeRule[] {
  const now = clock.now();
  const ago = (seconds: number) => addSeconds(now, -seconds);
  // The guard reads from the table whose access tokens it has to refuse, while any of them may be alive.
  const sessions = ago(Math.max(settings.purgeSessionsAfter, settings.accessTokenTtl + HOUR));
  const audit = ago(settings.auditRetention);
  return [
    { rows: 'sessions', table: 'sessions', where: 'revoked_at < ?', before: [sessions] },
    // Every refresh moves this time.
    { rows: 'sessions', table: 'sessions', where: 'expires_at < ?', before: [sessions], walk: 'id', first: FIRST_ID },
    {
      rows: 'deleted accounts',
      table: 'users',
      where: 'deleted_at < ?',
      before: [ago(settings.accessTokenTtl + HOUR)],
    },
    { rows: 'codes', table: 'one_time_codes', where: 'link_expires_at < ?', before: [ago(CODES_AFTER)] },
    {
      rows: 'mails',
      table: 'outbox_messages',
      where: `status <> 'PENDING' AND finished_at < ?`,
      before: [ago(settings.purgeMailsAfter)],
    },
    {
      rows: 'wrong tries',
      table: 'login_failures',
      where: `last_tried_at < ? AND (total < ${MOST_FAILURES_IN_A_ROW} OR last_tried_at < ?)`,
      before: [ago(Math.max(FAILURES_AFTER, settings.lockoutSeconds)), ago(ENDLESS_LOCKS_AFTER)],
    },
    { rows: 'challenges', table: 'two_factor_challenges', where: 'expires_at < ?', before: [ago(CHALLENGES_AFTER)] },
    { rows: 'enrolments', table: 'totp_credentials', where: 'confirmed_at IS NULL AND expires_at < ?', before: [now] },
    { rows: 'devices', table: 'known_devices', where: 'last_seen_at < ?', before: [ago(settings.purgeDevicesAfter)] },
    {
      rows: 'password checks',
      table: 'password_checks',
      // Those that wait are due, and found by that.
      where: 'next_attempt_at < ? AND created_at < ?',
      before: [now, ago(PASSWORD_CHECKS_AFTER)],
    },
    { rows: 'signing keys', table: 'signing_keys', where: 'retires_at < ?', before: [ago(SIGNING_KEYS_AFTER)] },
    {
      rows: 'audit events',
      table: 'audit_events',
      // The database lets nobody delete younger ones, by its own clock.
      where: `created_at < ? AND created_at < now() - interval '30 days'`,
      before: [audit],
      permit: { name: 'gatehouse.audit_purge_before', value: audit },
    },
    {
      rows: 'limits',
      table: 'rate_limits',
      where: 'expire < extract(epoch FROM now()) * 1000',
      before: [],
      walk: 'key',
    },
  ];
}
