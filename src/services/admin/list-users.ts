import type { UserFilter } from '../../inputs/admin-lists.js';
import { type Sql, sql, sqlText } from '../../lib/sql.js';
import { isProblem, type Problem } from '../../problems.js';
import type { Page } from '../page.js';
import type { UseCaseContext } from '../use-case.js';
import { boundedRead } from './bounded-read.js';
import { type KeysetWindow, toKeysetPage } from './keyset.js';
import { allOf, userCondition } from './user-filter.js';
import { type UserOrderName, userOrders } from './user-order.js';
import { ADMIN_USER_COLUMNS, type AdminUserRecord, toAdminUserRecords } from './user-record.js';

/** One page of accounts. */
export interface AdminUserPage extends Page<AdminUserRecord> {
  kind: 'admin-user-page';
  /** Estimates how many accounts the filter selects; exact if the page has all of them. */
  countApproximately(): Promise<number | Problem<'INPUT_INVALID'>>;
}

type Needs = Pick<UseCaseContext, 'query' | 'transact' | 'clock' | 'settings' | 'secretKeys'>;

const COLUMNS = sqlText(ADMIN_USER_COLUMNS);

/** Returns the statement of one page, with the value of each row in the order as `place`. */
export function usersStatement(condition: Sql, orderBy: UserOrderName, { first, after }: KeysetWindow): Sql {
  const order = userOrders[orderBy];
  const where = after === null ? condition : allOf([condition, order.follows(after)]);
  return sql`SELECT ${COLUMNS}, ${order.value} AS place FROM users WHERE ${where} ORDER BY ${order.by} LIMIT ${first + 1}`;
}

/** Reads the planner's estimate, which costs the same however many rows there are. */
async function estimate(context: Needs, condition: Sql): Promise<number | Problem<'INPUT_INVALID'>> {
  const rows = await boundedRead(context, sql`EXPLAIN (FORMAT JSON) SELECT 1 FROM users WHERE ${condition}`);
  if (isProblem(rows)) return rows;
  const [explained] = (rows[0]?.['QUERY PLAN'] ?? []) as { Plan: { 'Plan Rows': number } }[];
  return Math.round(explained?.Plan['Plan Rows'] ?? 0);
}

/** Lists the accounts that a filter selects, in an order that an index has. */
export async function listUsers(
  context: Needs,
  filter: UserFilter,
  orderBy: UserOrderName,
  window: KeysetWindow,
): Promise<AdminUserPage | Problem<'INPUT_INVALID'>> {
  const condition = await userCondition(context, filter);
  const rows = await boundedRead(context, usersStatement(condition, orderBy, window));
  if (isProblem(rows)) return rows;
  const users = await toAdminUserRecords(context, rows.slice(0, window.first));
  const page = toKeysetPage(orderBy, rows, users, window);
  const isAll = !page.hasPreviousPage && !page.hasNextPage;
  return {
    kind: 'admin-user-page',
    ...page,
    countApproximately: async () => (isAll ? users.length : await estimate(context, condition)),
  };
}
