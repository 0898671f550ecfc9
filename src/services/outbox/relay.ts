import type { EntityManager } from '@mikro-orm/postgresql';
import type { Dependencies } from '../../dependencies.js';
import type { JobQueue } from '../../jobs/queue.js';
import { addSeconds } from '../../lib/clock.js';
import { run, type Sql, sql, sqlText } from '../../lib/sql.js';
import { SKIP_HELD } from '../locks.js';
import type { DueRow, Outbox } from './outbox.js';

const BATCH = 100;

/** Replicas share the work: each takes rows that no other transaction holds, and postpones them. */
function takeStatement<Payload>({ table, id, requestId, pending, lease }: Outbox<Payload>, now: Date, next: Date): Sql {
  const [source, key] = [table, id].map(sqlText) as [Sql, Sql];
  const isFree = lease ? sql`AND (locked_until IS NULL OR locked_until < clock_timestamp())` : sql``;
  return sql`
    UPDATE ${source} SET next_attempt_at = ${next}${sqlText(lease ? ', locked_until = NULL' : '')}
    WHERE ${key} IN (
      SELECT ${key} FROM ${source} WHERE ${sqlText(pending)} AND next_attempt_at <= ${now} ${isFree}
      ORDER BY next_attempt_at ${sqlText(`LIMIT ${BATCH}`)} ${SKIP_HELD})
    RETURNING ${key} AS id, ${sqlText(requestId ?? 'NULL')} AS "requestId", attempts`;
}

async function giveBack<Payload>(em: EntityManager, { table, id }: Outbox<Payload>, rows: DueRow[], now: Date) {
  const ids = rows.map((row) => row.id);
  await run(em, sql`UPDATE ${sqlText(table)} SET next_attempt_at = ${now} WHERE ${sqlText(id)} = ANY(${ids}::uuid[])`);
}

/**
 * Enqueues the rows that are due: those that their request could not enqueue, and retries. Returns whether there may be
 * more. Rows that the queue did not accept become due again at once, and the first error is thrown.
 */
export async function relay<Payload>(
  { orm, clock }: Pick<Dependencies, 'orm' | 'clock'>,
  outbox: Outbox<Payload>,
  queue: JobQueue<Payload>,
): Promise<boolean> {
  if (!queue.isReady()) return false;
  const em = orm.em.fork();
  const now = clock.now();
  const again = addSeconds(now, outbox.enqueueAgainAfterSeconds);
  const rows = await run<DueRow>(em, takeStatement(outbox, now, again));
  const results = await Promise.allSettled(rows.map((row) => queue.addAgain(outbox.payload(row), row.attempts)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return rows.length === BATCH;
  const left = rows.filter((_row, index) => results[index]?.status === 'rejected');
  await giveBack(em, outbox, left, now);
  throw failed.reason;
}
