import { type Sql, sql } from '../../lib/sql.js';
import { inputProblem, type Problem } from '../../problems.js';
import { MAX_PAGE_SIZE, type Page, type PageRequest } from '../page.js';

/** The position of a row in an order: the value that is ordered by, and the id. */
export interface Place {
  value: string;
  id: string;
}

/** A valid request for a page in one order of a list. */
export interface KeysetWindow {
  kind: 'keyset-window';
  first: number;
  after: Place | null;
}

/** Microseconds since 1970, which a cursor keeps exactly, within what the database accepts as a time. */
export const MICROSECONDS = /^-?\d{1,17}$/;

/** Returns a time as a cursor keeps it. */
export function microseconds(time: Sql): Sql {
  return sql`(extract(epoch FROM ${time}) * 1000000)::bigint::text`;
}

/** Returns the time that a cursor keeps. */
export function moment(value: string): Sql {
  return sql`('epoch'::timestamptz + ${value}::bigint * interval '1 microsecond')`;
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Writes the cursor of a row. It names its order, so that no other list accepts it. */
function writeKeysetCursor(order: string, { value, id }: Place): string {
  return Buffer.from([order, id, value].join(' ')).toString('base64url');
}

function readCursor(order: string, values: RegExp, cursor: string): Place | undefined {
  const [name, id = '', ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const value = rest.join(' ');
  return name === order && ID.test(id) && values.test(value) ? { value, id } : undefined;
}

/** Validates the requested page. `values` is the form of the values of this order. */
export function readKeysetPage(
  { first, after }: PageRequest,
  order: string,
  values: RegExp,
): KeysetWindow | Problem<'INPUT_INVALID'> {
  if (first < 1 || first > MAX_PAGE_SIZE) {
    return inputProblem(['first'], 'range', `Ask for 1 to ${MAX_PAGE_SIZE} at a time.`);
  }
  if (after === null) return { kind: 'keyset-window', first, after };
  const place = readCursor(order, values, after);
  if (place === undefined) return inputProblem(['after'], 'cursor', 'This is not a cursor of this list and order.');
  return { kind: 'keyset-window', first, after: place };
}

/**
 * Builds the page from the rows found, of which each has its value in the order as `place`. The query fetches one row more
 * than the page holds.
 */
export function toKeysetPage<Item>(
  order: string,
  rows: readonly Record<string, unknown>[],
  items: readonly Item[],
  { first, after }: KeysetWindow,
): Page<Item> {
  const cursorOf = (row?: Record<string, unknown>) =>
    writeKeysetCursor(order, { value: String(row?.place), id: String(row?.id) });
  return {
    items: items.slice(0, first).map((item, index) => ({ cursor: cursorOf(rows[index]), item })),
    hasNextPage: rows.length > first,
    hasPreviousPage: after !== null,
  };
}
