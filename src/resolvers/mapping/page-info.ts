import { PageInfo } from '../../schema/pagination.js';
import type { Page } from '../../services/page.js';

/** The position of a page in its list. */
export function toPageInfo({ items, hasNextPage, hasPreviousPage }: Page<unknown>): PageInfo {
  const startCursor = items.at(0)?.cursor ?? null;
  const endCursor = items.at(-1)?.cursor ?? null;
  return Object.assign(new PageInfo(), { hasNextPage, hasPreviousPage, startCursor, endCursor });
}
