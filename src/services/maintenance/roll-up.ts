import type { EntityManager } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import { run, sql, sqlText } from '../../lib/sql.js';
import { lastCounted, storeCounts } from '../audit/event-counts.js';
import { lockAdvisory } from '../locks.js';
import type { UseCaseContext } from '../use-case.js';
import { storeGauges } from './account-gauges.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** The longest time that the overview shows. */
export const OVERVIEW_DAYS = 90;
/** A transaction that began within an hour may commit after it. */
const SETTLED_AFTER = 300;
/** Reading a day of a busy audit log takes longer than a request is allowed to. */
const STATEMENT_TIMEOUT = sqlText("SET LOCAL statement_timeout = '120s'");

function startOfHour(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / (HOUR * 1000)) * HOUR * 1000);
}

/** Counts at most a day. Returns whether there is more to count. */
async function countSome(em: EntityManager, now: Date): Promise<boolean> {
  return await em.transactional(async (transaction) => {
    await run(transaction, STATEMENT_TIMEOUT);
    await lockAdvisory(transaction, 'overview');
    const [last] = await run<{ until: string | null }>(transaction, lastCounted);
    const oldest = startOfHour(addSeconds(now, -OVERVIEW_DAYS * DAY));
    const from = last?.until == null || new Date(last.until) < oldest ? oldest : new Date(last.until);
    const settled = startOfHour(addSeconds(now, -SETTLED_AFTER));
    if (from >= settled) return false;
    const before = new Date(Math.min(addSeconds(from, DAY).getTime(), settled.getTime()));
    for (const statement of storeCounts(from, before)) await run(transaction, statement);
    return before < settled;
  });
}

/** Counts the events of the hours that have ended, and measures the numbers of accounts and sessions. */
export async function rollUp({ em, clock }: Pick<UseCaseContext, 'em' | 'clock'>, signal?: AbortSignal): Promise<void> {
  const now = clock.now();
  while (await countSome(em.fork(), now)) if (signal?.aborted === true) return;
  await em.fork().transactional(async (transaction) => {
    await run(transaction, STATEMENT_TIMEOUT);
    await run(transaction, storeGauges(now));
    await run(
      transaction,
      sql`DELETE FROM event_counts WHERE day < ${addSeconds(now, -(OVERVIEW_DAYS + 1) * DAY)}::timestamptz::date`,
    );
  });
}
