import { type BoundStatement, type Sql, sql } from '../lib/sql.js';
import type { UseCaseContext } from './use-case.js';

type Row = Record<string, unknown>;

/** The limits of a call that its use-case counts together with its first statement, in one round trip. */
export interface Admission {
  /**
   * The statement that counts the call; undefined if another store counts. It waits for no disk unless it is durable.
   */
  counting(options: { isDurable: boolean }): Sql | undefined;
  /** Processes the rows of that statement, or counts without one. Throws if a limit rejects the call. */
  settle(rows?: readonly Row[]): Promise<void>;
  /** True once the call has been counted. */
  readonly isSettled: boolean;
  /** The counters of the call, and the points that each allows. */
  readonly counters: { keys: readonly string[]; most: readonly number[] };
  /** The keys whose points a success gives back. */
  readonly refundable: readonly string[];
  /** Notes that the use-case has given the points back. */
  refunded(): void;
  /** Gives every point back: the call was a repetition, which counts for nothing. */
  uncount(): Promise<void>;
}

type Needs = Pick<UseCaseContext, 'admission' | 'query' | 'transact'>;

function pending({ admission }: Pick<Needs, 'admission'>): Admission | undefined {
  return admission?.isSettled === false ? admission : undefined;
}

/** Counts the call by itself, unless it has been counted. Throws if a limit rejects it. */
export async function countCall(context: Needs): Promise<void> {
  const admission = pending(context);
  if (admission === undefined) return;
  const counting = admission.counting({ isDurable: false });
  await admission.settle(counting && (await context.query(counting, counting.values)));
}

async function afterCount(
  context: Needs,
  options: { isDurable: boolean },
  statement: (counters: Admission['counters']) => BoundStatement,
): Promise<Row[]> {
  const admission = pending(context);
  const counting = admission?.counting(options);
  if (admission === undefined || counting === undefined) {
    await admission?.settle();
    const alone = statement({ keys: [], most: [] });
    return await context.query(alone, alone.values);
  }
  const [counted = [], rows = []] = await context.transact([counting, statement(admission.counters)]);
  await admission.settle(counted);
  return rows;
}

/** Runs the first read of a use-case, together with the count of the call. Throws if a limit rejects the call. */
export async function readAdmitted(context: Needs, statement: Sql): Promise<Row[]> {
  return await afterCount(context, { isDurable: false }, () => statement);
}

/**
 * Runs the first statement of a use-case, which changes something, together with the count of the call. `statement` gets
 * the counters of the call, and must change nothing if one of them is above its points. Throws if a limit rejects the call.
 */
export async function writeAdmitted(
  context: Needs,
  statement: (counters: Admission['counters']) => BoundStatement,
): Promise<Row[]> {
  return await afterCount(context, { isDurable: true }, statement);
}

/** Returns the statement that gives back the points of a success, once for each row of `source`. */
export function refund({ refundable }: Admission, source: Sql): Sql {
  return sql`
    UPDATE rate_limits SET points = points - 1
    WHERE key = ANY(${refundable}::text[]) AND points > 0 AND EXISTS (SELECT ${source})`;
}
