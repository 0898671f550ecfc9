import { addSeconds } from '../../lib/clock.js';

/** An outbox row, as its job is made from it. */
export interface DueRow {
  id: string;
  requestId: string | null;
  /** Number of times the row was worked on. It makes each retry a job of its own. */
  attempts: number;
}

/**
 * A table whose rows are written together with a change and become jobs after the commit. It has the columns `attempts`
 * and `next_attempt_at`.
 */
export interface Outbox<Payload> {
  table: string;
  /** The column that identifies a row. */
  id: string;
  /** The column with the id of the request that wrote a row, if the table has one. */
  requestId?: string;
  /** A condition for the rows that still wait for work. */
  pending: string;
  /** The relay enqueues a row again if no worker has finished it for this long. */
  enqueueAgainAfterSeconds: number;
  /** Set if a worker holds a row by a lease in `locked_until`: the columns that it reads from a claimed row. */
  lease?: { columns: string };
  payload(row: DueRow): Payload;
}

/** An outbox whose workers hold their rows by leases. */
export type LeasedOutbox<Payload> = Outbox<Payload> & Required<Pick<Outbox<Payload>, 'lease'>>;

/** The request enqueues a new row itself, so the relay ignores the row for this long. */
const RELAY_AFTER_SECONDS = 3;

/** Returns when the relay is allowed to enqueue a row that is written now. */
export function firstRelayAt(now: Date): Date {
  return addSeconds(now, RELAY_AFTER_SECONDS);
}
