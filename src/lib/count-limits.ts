import type { CountedRow, CounterRow } from './rate-limiter.js';
import { type Sql, sql } from './sql.js';

/** The limits of a call that counts once for all its repetitions. */
export interface Repetitions {
  /** The number of limits before them, which count every call. */
  after: number;
  /** Keys of the marks. The call counts if one of them is new. */
  marks: readonly string[];
  seconds: number;
}

/** One limit of a call, after the statement has counted. */
export interface LimitRow extends CountedRow {
  /** Its place among the counters, from 1. */
  place: number;
  /** 0 for a repetition, which does not count. */
  worth: 0 | 1;
}

const NEVER = -1;

/**
 * Returns the statement that counts a call for its limits, in order, until one rejects it. Unless it is durable, it
 * does not wait for the disk: a database server that crashes may lose the attempts of its last second.
 */
export function countLimits(
  rows: readonly CounterRow[],
  { repetitions, isDurable = false }: { repetitions?: Repetitions | undefined; isDurable?: boolean } = {},
): Sql {
  const keys = rows.map(({ key }) => key);
  const most = rows.map((row) => row.most);
  const windows = rows.map(({ milliseconds }) => milliseconds);
  const from = repetitions === undefined ? NEVER : repetitions.after + 1;
  const marks = repetitions?.marks ?? [];
  const count = sql`count_limits(${keys}::text[], ${most}::int[], ${windows}::bigint[], ${from}::int, ${marks}::text[],
    ${(repetitions?.seconds ?? 0) * 1_000}::bigint)`;
  const columns = sql`place, worth, points, milliseconds`;
  if (isDurable) return sql`SELECT ${columns} FROM ${count}`;
  return sql`SELECT ${columns} FROM set_config('synchronous_commit', 'off', true), ${count}`;
}

/** Reads the rows of the statement, by their place. */
export function readCounted(rows: readonly Record<string, unknown>[]): Map<number, LimitRow> {
  const read = (rows as unknown as LimitRow[]).map((row) => ({ ...row, milliseconds: Number(row.milliseconds) }));
  return new Map(read.map((row) => [row.place, row]));
}
