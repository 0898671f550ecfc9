import { addSeconds } from '../../lib/clock.js';

/** A row of an outbox as its job is made from it. */
export interface DueRow {
  id: string;
  requestId: string | null;
  /** How often the row was worked at, so that each retry is a job of its own. */
  attempts: number;
}

/** A table whose rows are written with a change and become jobs after the commit. It has `attempts` and `next_attempt_at`. */
export interface Outbox<Payload> {
  table: string;
  /** The column that names a row. */
  id: string;
  /** The column of the request that wrote a row, where the table keeps it. */
  requestId?: string;
  /** A condition of the rows that still wait for work. */
  pending: string;
  /** The relay enqueues a row again when no worker has finished it for this long. */
  enqueueAgainAfterSeconds: number;
  /** Where a worker holds a row by a lease in `locked_until`: the columns that it reads of a row that it claimed. */
  lease?: { columns: string };
  payload(row: DueRow): Payload;
}

/** An outbox whose workers hold their rows by leases. */
export type LeasedOutbox<Payload> = Outbox<Payload> & Required<Pick<Outbox<Payload>, 'lease'>>;

/** The request enqueues a new row itself, so the relay leaves it alone for this long. */
const RELAY_AFTER_SECONDS = 3;

/** When the relay may enqueue a row that is written now. */
export function firstRelayAt(now: Date): Date {
  return addSeconds(now, RELAY_AFTER_SECONDS);
}
