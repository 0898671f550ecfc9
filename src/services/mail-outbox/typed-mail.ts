import { emailKey } from '../../lib/email-key.js';
import type { LimitWindow } from '../../lib/rate-limiter.js';
import { type Sql, sql } from '../../lib/sql.js';
import type { Work, WorkMail } from '../work.js';
import type { MailName } from './write-mail.js';

/** Name of the email limit of an address in RATE_LIMITS. */
const MAIL_BUDGET = 'mail:address';

const HOUR = 3_600;
const DAY = 86_400;
const DEFAULT_BUDGET: readonly LimitWindow[] = [
  { points: 5, seconds: HOUR },
  { points: 20, seconds: DAY },
];

/** Maximum number of mails of one kind per address and cool-down. */
const MOST_WITHIN_COOL_DOWN: Partial<Record<MailName, number>> = { 'verify-email': 2, 'already-registered': 1 };
/** A notice must leave room for the mails that the owner of the address requests. */
const NOTICES_AN_HOUR = 2;

/** Locks the counters of an address. An expired window restarts. */
const readStatement = (keys: string[], ends: number[], now: number): Sql => sql`
  INSERT INTO rate_limits AS counter (key, points, expire)
  SELECT key, 0, expire FROM unnest(${keys}::text[], ${ends}::bigint[]) AS given (key, expire) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN counter.expire <= ${now} THEN 0 ELSE counter.points END,
    expire = CASE WHEN counter.expire <= ${now} THEN excluded.expire ELSE counter.expire END
  RETURNING key, points`;

/** Points that no counter reaches. */
const NO_LIMIT = 2_147_483_647;

interface CountedWindow extends LimitWindow {
  name: string;
  /** The counted subject: one address, or the mailbox of all its spellings. */
  subject: string;
}

/** Returns the windows that a mail draws on: those of the mailbox, for every operation, and those of its kind. */
function windowsOf({ settings }: Pick<Work, 'settings'>, mail: MailName, recipient: string): CountedWindow[] {
  const { enabled, overrides, factor } = settings.rateLimits;
  const mailbox = emailKey(recipient);
  const scaled = DEFAULT_BUDGET.map(({ points, seconds }) => ({ points: points * factor, seconds }));
  const budget = enabled ? (overrides[MAIL_BUDGET] ?? scaled) : [];
  const windows = budget.map((window, index) => ({ ...window, name: `budget-${index}`, subject: mailbox }));
  // Every kind has this counter, whether limited or not, so that all of them cost the same.
  const points = MOST_WITHIN_COOL_DOWN[mail] ?? Number.POSITIVE_INFINITY;
  windows.push({ name: mail, points, seconds: settings.codeResendSeconds, subject: recipient });
  if (enabled && mail === 'already-registered') {
    windows.push({ name: `${mail}-hour`, points: NOTICES_AN_HOUR * factor, seconds: HOUR, subject: mailbox });
  }
  return windows;
}

/**
 * Writes a mail to an address that a caller typed. All such operations share one budget per address, so that strangers
 * cannot flood it. Spellings that a provider delivers to one mailbox share it too. Beyond the budget, the same row is
 * written and nothing is sent. Mails of kind `none` draw nothing and cost the same statements.
 */
export async function mailTyped(work: Work, mail: WorkMail): Promise<void> {
  const windows = windowsOf(work, mail.mail, mail.recipient);
  const keyOf = ({ name, subject }: CountedWindow) =>
    `mail:${work.secretKeys.authenticate('limit-identity', ['mail', name, subject]).toString('base64url')}`;
  const now = work.now.getTime();
  const keys = windows.map(keyOf);
  const ends = windows.map(({ seconds }) => now + seconds * 1_000);
  const most = windows.map(({ points }) => Math.min(points, NO_LIMIT));
  const isAllowed = sql`NOT EXISTS (
    SELECT FROM unnest(${keys}::text[], ${most}::int[]) AS budget (key, most)
    WHERE (SELECT c.points FROM rate_limits c WHERE c.key = budget.key) >= most)`;
  const drawn = mail.mail === 'none' ? 0 : 1;
  await work.mail(mail, {
    lock: readStatement(keys, ends, now),
    isAllowed,
    draw: sql`UPDATE rate_limits SET points = points + ${drawn} WHERE key = ANY(${keys}) AND ${isAllowed}`,
  });
}
