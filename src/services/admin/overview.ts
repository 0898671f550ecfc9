import { addSeconds } from '../../lib/clock.js';
import { isStatementCancelled } from '../../lib/database-errors.js';
import { hasHungUp } from '../../lib/request-scope.js';
import { type Sql, sql } from '../../lib/sql.js';
import {
  inputProblem,
  type Problem,
  type ProblemCode,
  problem,
  problemMessages,
  RETRY_SECONDS,
} from '../../problems.js';
import { type CountedName, countedNames, countsByDay, countsSince, refusalCode } from '../audit/event-counts.js';
import { type GaugeName, measure, startOfDay } from '../maintenance/account-gauges.js';
import { OVERVIEW_DAYS } from '../maintenance/roll-up.js';
import { passwordReasons } from '../sign-in/password-change-required.js';
import type { UseCaseContext } from '../use-case.js';

/** The counts of one day in UTC. */
export type OverviewDay = { day: string } & Record<CountedName, number>;

/** How the gateway is doing. */
export interface Overview extends Record<GaugeName, number> {
  kind: 'overview';
  signIns24Hours: number;
  refusedSignIns24Hours: number;
  mailsWaiting: number;
  oldestMailWaitingSeconds: number | null;
  /** Every day of the time, oldest first. */
  days: OverviewDay[];
  /** Refused sign-ins of the time by reason, most frequent first. */
  refusals: { code: ProblemCode; count: number }[];
}

type Needs = Pick<UseCaseContext, 'transact' | 'query' | 'clock'>;

const DAY = 86_400;
/** While the tables are smaller than this, counting them is fast and always right. */
const COUNTED_BELOW_BYTES = 64 * 1024 * 1024;
const LIMIT = sql`SELECT set_config('statement_timeout', '2000', true)`;
const STORED = sql`SELECT name, value FROM account_gauges`;
const SIZE = sql`SELECT pg_relation_size('users') + pg_relation_size('sessions') + pg_relation_size('login_failures') AS bytes`;
const MAILS = sql`SELECT count(*)::int AS waiting, min(created_at) AS oldest FROM outbox_messages
  WHERE status = 'PENDING' AND mail <> 'none'`;

function codeOf(reason: string): ProblemCode | undefined {
  if (passwordReasons.some((one) => one === reason)) return 'PASSWORD_REJECTED';
  return reason in problemMessages ? (reason as ProblemCode) : undefined;
}

type Row = Record<string, unknown>;

/** Measures the numbers if the tables are small; otherwise returns those of the last hour. */
async function gauges({ transact, clock }: Needs): Promise<Record<GaugeName, number>> {
  const [sizes, stored] = await transact([SIZE, STORED]);
  const known = Object.fromEntries((stored ?? []).map(({ name, value }) => [name as string, value as number]));
  const isSmall = Number(sizes?.[0]?.bytes ?? 0) < COUNTED_BELOW_BYTES;
  if (!isSmall && Object.keys(known).length > 0) return known as Record<GaugeName, number>;
  const [, measured] = await transact([LIMIT, measure(clock.now())]);
  return measured?.[0] as Record<GaugeName, number>;
}

function countOf(rows: Row[], wanted: CountedName): number {
  return (rows.find(({ name }) => name === wanted)?.events as number | undefined) ?? 0;
}

function toDays(rows: Row[], from: Date, days: number): OverviewDay[] {
  const counts = new Map(rows.map(({ day, name, events }) => [`${day as string} ${name as string}`, events as number]));
  return Array.from({ length: days }, (_, index) => {
    const day = addSeconds(from, index * DAY)
      .toISOString()
      .slice(0, 10);
    const named = countedNames.map((name) => [name, counts.get(`${day} ${name}`) ?? 0] as const);
    return { day, ...(Object.fromEntries(named) as Record<CountedName, number>) };
  });
}

function toRefusals(rows: Row[]): Overview['refusals'] {
  const counts = new Map<ProblemCode, number>();
  for (const { name, events } of rows) {
    const code = codeOf(refusalCode(name as string) ?? '');
    if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + (events as number));
  }
  return [...counts].map(([code, count]) => ({ code, count })).sort((one, other) => other.count - one.count);
}

async function read(context: Needs, days: number): Promise<Overview> {
  const now = context.clock.now();
  const from = addSeconds(startOfDay(now), -(days - 1) * DAY);
  // A margin, because the clocks of other processes may be ahead.
  const until = addSeconds(now, DAY);
  const statements: Sql[] = [LIMIT, countsByDay(from, until), countsSince(addSeconds(now, -DAY), until), MAILS];
  const [measured, [, counted = [], recent = [], mails = []]] = await Promise.all([
    gauges(context),
    context.transact(statements),
  ]);
  const oldest = mails[0]?.oldest as string | null;
  const waited = oldest === null ? null : Math.max(0, Math.round((now.getTime() - new Date(oldest).getTime()) / 1000));
  return {
    kind: 'overview',
    ...measured,
    signIns24Hours: countOf(recent, 'signIns'),
    refusedSignIns24Hours: countOf(recent, 'refusedSignIns'),
    mailsWaiting: mails[0]?.waiting as number,
    oldestMailWaitingSeconds: waited,
    days: toDays(counted, from, days),
    refusals: toRefusals(counted),
  };
}

/**
 * Returns how the gateway is doing. Complete hours come from hourly counts and the rest from the audit log. The numbers of
 * accounts and sessions are exact in a small database, and otherwise at most about an hour old.
 */
export async function readOverview(
  context: Needs,
  days: number,
): Promise<Overview | Problem<'INPUT_INVALID' | 'TEMPORARILY_UNAVAILABLE'>> {
  if (days < 1 || days > OVERVIEW_DAYS) return inputProblem(['days'], 'range', `Ask for 1 to ${OVERVIEW_DAYS} days.`);
  try {
    return await read(context, days);
  } catch (cause) {
    if (!isStatementCancelled(cause) || hasHungUp()) throw cause;
    return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
  }
}
