import { inputProblem, type Problem } from '../problems.js';

/** A requested page of a list. `after` is a cursor of that list. */
export interface PageRequest {
  first: number;
  after: string | null;
}

/** A position in a list that is ordered by time and id, newest first. */
export interface Position {
  createdAt: Date;
  id: string;
}

/** A valid request for a page. */
export interface PageWindow {
  kind: 'page-window';
  first: number;
  /** Position at which the previous page ended; null for the first page. */
  after: Position | null;
}

/** One page of a list. Cursors are positions, so items added or removed in the meantime shift no page. */
export interface Page<Item> {
  items: { cursor: string; item: Item }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** Largest page size that a caller is allowed to request. */
export const MAX_PAGE_SIZE = 100;

/** Milliseconds up to the year 2286, and an id. The database would read the form of later years differently. */
const CURSOR = /^(\d{1,13})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A position before every item, after which a first page begins. */
const NEWEST = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

function writeCursor({ createdAt, id }: Position): string {
  return Buffer.from(`${createdAt.getTime()}_${id}`).toString('base64url');
}

function readCursor(cursor: string): Position | undefined {
  const found = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  return found?.[2] === undefined ? undefined : { createdAt: new Date(Number(found[1])), id: found[2] };
}

/** Validates the requested page. */
export function readPage({ first, after }: PageRequest): PageWindow | Problem<'INPUT_INVALID'> {
  if (first < 1 || first > MAX_PAGE_SIZE) {
    return inputProblem(['first'], 'range', `Ask for 1 to ${MAX_PAGE_SIZE} at a time.`);
  }
  if (after === null) return { kind: 'page-window', first, after };
  const position = readCursor(after);
  if (position === undefined) return inputProblem(['after'], 'cursor', 'This is not a cursor of this list.');
  return { kind: 'page-window', first, after: position };
}

/** Returns the values of `(created_at, id)` after which the page begins. */
export function positionOf({ after }: PageWindow): readonly [Date | string, string] {
  return after === null ? NEWEST : [after.createdAt, after.id];
}

/** Builds the page from the rows found. The query fetches one row more than the page holds. */
export function toPage<Item extends Position>(found: Item[], { first, after }: PageWindow): Page<Item> {
  return {
    items: found.slice(0, first).map((item) => ({ cursor: writeCursor(item), item })),
    hasNextPage: found.length > first,
    hasPreviousPage: after !== null,
  };
}
