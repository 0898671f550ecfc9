import type { EntityManager } from '@mikro-orm/postgresql';
import { emailKey } from '../../lib/email-key.js';
import type { LimitWindow } from '../../lib/rate-limiter.js';
import { run, type Sql, sql } from '../../lib/sql.js';
import type { Request } from '../use-case.js';
import type { Work, WorkMail } from '../work.js';
import { type MailName, type NewMail, writeMail } from './write-mail.js';

type Needs = Pick<Work, 'em' | 'now' | 'settings' | 'secretKeys' | 'requestId' | 'logger'>;

/** The name of the mail budget in RATE_LIMITS. */
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

interface CountedWindow extends LimitWindow {
  name: string;
  /** The counted subject: one address, or the mailbox of all its spellings. */
  subject: string;
}

/** Returns the windows that a mail draws on: those of the mailbox, for every operation, and those of its kind. */
function windowsOf({ settings }: Needs, mail: MailName, recipient: string): CountedWindow[] {
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
 * Draws one mail from the budget of an address. Returns false if the budget is used up. Spellings that a provider
 * delivers to one mailbox share a budget. Mails of kind `none` draw nothing and cost the same statements.
 */
async function draw(needs: Needs, mail: MailName, recipient: string): Promise<boolean> {
  const windows = windowsOf(needs, mail, recipient);
  const { em, secretKeys } = needs;
  const keyOf = ({ name, subject }: CountedWindow) =>
    `mail:${secretKeys.authenticate('limit-identity', ['mail', name, subject]).toString('base64url')}`;
  const now = needs.now.getTime();
  const limits = new Map(windows.map((window) => [keyOf(window), window]));
  const keys = [...limits.keys()];
  const ends = [...limits.values()].map(({ seconds }) => now + seconds * 1_000);
  const counters = await run<{ key: string; points: number }>(em, readStatement(keys, ends, now));
  const allowed = counters.every(({ key, points }) => points < (limits.get(key)?.points ?? 0));
  const drawn = allowed && mail !== 'none' ? 1 : 0;
  await run(em, sql`UPDATE rate_limits SET points = points + ${drawn} WHERE key = ANY(${keys})`);
  return allowed;
}

/** Returns the mail, or one of kind `none` if the budget of its address is used up. */
async function withinBudget<Mail extends WorkMail>(needs: Needs, mail: Mail): Promise<Mail> {
  const allowed = await draw(needs, mail.mail, mail.recipient);
  if (!allowed && mail.mail !== 'none') {
    const { requestId } = needs;
    needs.logger.info({ requestId, mail: mail.mail }, 'a mail was not sent: the mail budget of its address is used up');
  }
  return allowed ? mail : { ...mail, mail: 'none' };
}

/**
 * Writes a mail to an address that a caller typed. All such operations share one budget per address, so that strangers
 * cannot flood it. Beyond the budget, the same row is written and nothing is sent.
 */
export async function mailTyped(work: Work, mail: WorkMail): Promise<void> {
  await work.mail(await withinBudget(work, mail));
}

/** As `mailTyped`, for a caller that enqueues the mail itself. */
export async function writeTypedMail(request: Request, em: EntityManager, mail: NewMail): Promise<string> {
  const { settings, secretKeys, requestId, logger } = request;
  const needs = { em, now: mail.now, settings, secretKeys, requestId, logger };
  return await writeMail(em, await withinBudget(needs, mail));
}
