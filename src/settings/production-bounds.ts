import { refuseWideProxies } from './proxy-bounds.js';
import { describeSeconds } from './readers.js';
import type { Variables } from './schema.js';

/** The reason for rejecting a setting, as the rest of a sentence that starts with its name. */
export interface Refusal {
  name: keyof Variables;
  reason: string;
}

interface Bound {
  least?: number;
  most?: number;
  /** The reason why values outside the bound would weaken protection. */
  because: string;
  isTime?: boolean;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

type NameOfNumber = {
  [Name in keyof Variables]-?: NonNullable<Variables[Name]> extends number ? Name : never;
}[keyof Variables];

/** Numbers that cannot weaken protection within their general bounds. */
type Harmless =
  | 'PORT'
  | 'METRICS_PORT'
  | 'SHUTDOWN_DRAIN_SECONDS'
  | 'DATABASE_POOL_MAX'
  | 'PASSWORD_MIN_LENGTH'
  | 'PASSWORD_HISTORY'
  | 'TOTP_WINDOW'
  | 'ACCESS_TOKEN_TTL'
  | 'REFRESH_REUSE_GRACE_SECONDS'
  | 'RESET_CODE_TTL'
  | 'RESET_LINK_TTL'
  | 'INVITATION_TTL'
  | 'EMAIL_CHANGE_CODE_TTL'
  | 'PURGE_SESSIONS_AFTER'
  | 'PURGE_MAILS_AFTER'
  | 'AUDIT_RETENTION';

/**
 * Additional bounds in production. A new number must either have one or be declared harmless, otherwise this does not compile.
 */
const BOUNDS: Record<Exclude<NameOfNumber, Harmless>, Bound> = {
  REQUEST_TIMEOUT_MS: { most: 120_000, because: 'slow request bodies would hold connections' },
  MAX_CONNECTIONS: { most: 100_000, because: 'idle connections would exhaust memory and file descriptors' },
  DATABASE_STATEMENT_TIMEOUT_MS: { most: 60_000, because: 'waiting statements would hold every connection' },
  LOCKOUT_THRESHOLD: { most: 100, because: 'more failed attempts in a row make guessing worthwhile' },
  LOCKOUT_SECONDS: { least: MINUTE, because: 'a shorter lock hardly slows guessing' },
  CODE_MAX_ATTEMPTS: { most: 10, because: 'more attempts make six digits guessable' },
  CODE_RESEND_SECONDS: { least: 10, because: 'each request would send an email and reset the attempts' },
  VERIFICATION_CODE_TTL: { most: DAY, isTime: true, because: 'six digits must not be valid for long' },
  VERIFICATION_LINK_TTL: { most: 30 * DAY, isTime: true, because: 'an old email must not verify an account' },
  EXCHANGE_TOKEN_TTL: { most: 10 * MINUTE, isTime: true, because: 'it opens a session' },
  REAUTHENTICATION_TTL: { most: DAY, isTime: true, because: 'a stolen session could change the account' },
  EMAIL_CHANGE_REVERT_TTL: {
    least: HOUR,
    most: 90 * DAY,
    isTime: true,
    because: 'the owner needs time to notice, and an old email must not change an account',
  },
  SESSION_REPORT_TTL: { least: HOUR, most: 90 * DAY, isTime: true, because: 'the owner needs time to read the email' },
  REFRESH_TOKEN_TTL: { most: 180 * DAY, isTime: true, because: 'an unused session must end' },
  REFRESH_TOKEN_TTL_REMEMBERED: { most: 180 * DAY, isTime: true, because: 'an unused session must end' },
  SESSION_ABSOLUTE_TTL: { most: 180 * DAY, isTime: true, because: 'a stolen session must end' },
  PURGE_UNVERIFIED_AFTER: { most: 180 * DAY, isTime: true, because: 'a sign-up must not hold an address for long' },
  PURGE_DEVICES_AFTER: { most: 730 * DAY, isTime: true, because: 'a device given away must not stay known' },
};

/** Maximum number of calls per hour that a limit can allow in production. A limit by name prevents guessing from many clients. */
const MOST_CALLS_AN_HOUR = 10_000;
const MOST_CALLS_FOR_A_NAME = 200;
const MOST_MAILS_AN_HOUR = 60;
const NAME_SCOPE = /:(?:account|email|address)$/;

const bounds = new Map(Object.entries(BOUNDS) as [keyof Variables, Bound][]);

function write(value: number, { isTime }: Bound): string {
  return isTime === true ? describeSeconds(value) : String(value);
}

/** Describes the values of a number that are allowed in production, if it has additional bounds there. */
export function describeBound(name: string): string | undefined {
  const bound = bounds.get(name as keyof Variables);
  if (bound === undefined) return undefined;
  const { least, most } = bound;
  const parts = [
    least === undefined ? '' : `at least \`${write(least, bound)}\``,
    most === undefined ? '' : `at most \`${write(most, bound)}\``,
  ];
  return `In production ${parts.filter((part) => part !== '').join(' and ')}.`;
}

function refuseBeyond(read: Partial<Variables>): Refusal[] {
  return [...bounds].flatMap(([name, bound]) => {
    const { least = 0, most = Number.POSITIVE_INFINITY, because } = bound;
    const value = read[name];
    if (typeof value !== 'number' || (value >= least && value <= most)) return [];
    const told = value < least ? `at least ${write(least, bound)}` : `at most ${write(most, bound)}`;
    return [{ name, reason: `must be ${told} in production: ${because}` }];
  });
}

/** The number of calls that a window allows per hour. */
function callsAnHour({ points, seconds }: { points: number; seconds: number }): number {
  return points * Math.max(1, HOUR / seconds);
}

function mostCallsAnHour(key: string): number {
  if (key === 'mail:address') return MOST_MAILS_AN_HOUR;
  return NAME_SCOPE.test(key) ? MOST_CALLS_FOR_A_NAME : MOST_CALLS_AN_HOUR;
}

function refuseWideLimits({ RATE_LIMITS: limits }: Partial<Variables>): Refusal[] {
  return Object.entries(limits?.overrides ?? {}).flatMap(([key, windows]) => {
    const most = mostCallsAnHour(key);
    if (Math.min(...windows.map(callsAnHour)) <= most) return [];
    const reason = `must not allow more than ${most} calls per hour for ${key} in production: more would not be an effective limit`;
    return [{ name: 'RATE_LIMITS' as const, reason }];
  });
}

/** Reasons why individually valid settings would weaken protection in production. */
export function checkProductionBounds(read: Partial<Variables>): Refusal[] {
  return [...refuseBeyond(read), ...refuseWideLimits(read), ...refuseWideProxies(read)];
}
