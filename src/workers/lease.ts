import type { EntityManager } from '@mikro-orm/postgresql';
import { OutboxMessage } from '../entities/outbox-message.js';
import { addSeconds } from '../lib/clock.js';

/** A worker that is gone keeps a mail for this long, and one that is alive for as long as it needs. */
export const LEASE_SECONDS = 10;
const RENEW_EVERY_MILLISECONDS = 3_000;

// Leases are measured by the database's clock, which the workers share. One that has run out is freed by the relay alone.
const CLAIM = `
  UPDATE outbox_messages
  SET locked_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds', next_attempt_at = ?, attempts = attempts + 1
  WHERE id = ? AND status = 'PENDING' AND locked_until IS NULL
  RETURNING id, mail, recipient, locale, code_id, variables, status, attempts, request_id, created_at, next_attempt_at,
    locked_until, finished_at, last_error`;

// A worker that was cut off for a while has its mail back where the relay freed it and no other worker has begun.
const RENEW = `
  UPDATE outbox_messages SET locked_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
  WHERE id = ? AND attempts = ? AND status = 'PENDING'`;

/** Takes a mail for this worker alone; `undefined` when it is done or another worker has it. */
export async function claim(em: EntityManager, id: string, now: Date): Promise<OutboxMessage | undefined> {
  const [row] = await em.execute<Record<string, unknown>[]>(CLAIM, [addSeconds(now, LEASE_SECONDS), id]);
  return row === undefined ? undefined : em.map(OutboxMessage, row);
}

/** The row of a claimed mail for as long as it is this worker's: each claim counts an attempt, so the count names the owner. */
export function heldBy({ id, attempts }: OutboxMessage) {
  return { id, attempts, status: 'PENDING' as const };
}

/** Does the work of a claimed mail while its lease is renewed. */
export async function underLease(em: EntityManager, message: OutboxMessage, work: () => Promise<void>): Promise<void> {
  const { id, attempts } = message;
  const renew = () => void em.execute(RENEW, [id, attempts]).catch(() => undefined); // tried again by the next turn
  const timer = setInterval(renew, RENEW_EVERY_MILLISECONDS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
