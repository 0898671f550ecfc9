import type { EntityManager } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import { run, sql, sqlText } from '../../lib/sql.js';
import type { LeasedOutbox } from './outbox.js';

/** How long a row stays claimed by a worker that has stopped. A running worker renews its claim. */
const LEASE_SECONDS = 10;
const RENEW_EVERY_MILLISECONDS = 3_000;

// Leases use the database's clock, which the workers share.
const LEASED_UNTIL = sqlText(`clock_timestamp() + interval '${LEASE_SECONDS} seconds'`);

/**
 * Claims a row for this worker. Returns undefined if it is done or another worker has it. The relay frees an expired
 * lease.
 */
export async function claim<Payload>(
  em: EntityManager,
  { table, id, pending, lease }: LeasedOutbox<Payload>,
  rowId: string,
  now: Date,
): Promise<Record<string, unknown> | undefined> {
  const statement = sql`
    UPDATE ${sqlText(table)} SET locked_until = ${LEASED_UNTIL}, next_attempt_at = ${addSeconds(now, LEASE_SECONDS)},
      attempts = attempts + 1
    WHERE ${sqlText(id)} = ${rowId} AND ${sqlText(pending)} AND locked_until IS NULL RETURNING ${sqlText(lease.columns)}`;
  const [row] = await run(em, statement);
  return row;
}

/**
 * Works on a claimed row while its lease is renewed. Each claim counts an attempt, so the count identifies the owner: a
 * worker that was cut off regains its row if the relay freed it and no other worker has claimed it.
 */
export async function underLease<Payload>(
  em: EntityManager,
  { table, id, pending }: LeasedOutbox<Payload>,
  row: { id: string; attempts: number },
  work: () => Promise<void>,
): Promise<void> {
  const statement = sql`
    UPDATE ${sqlText(table)} SET locked_until = ${LEASED_UNTIL}
    WHERE ${sqlText(id)} = ${row.id} AND attempts = ${row.attempts} AND ${sqlText(pending)}`;
  const renew = () => void run(em, statement).catch(() => undefined); // the next interval repeats it
  const timer = setInterval(renew, RENEW_EVERY_MILLISECONDS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
