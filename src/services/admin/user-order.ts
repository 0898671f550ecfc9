import { type Sql, sql, sqlText } from '../../lib/sql.js';
import { MICROSECONDS, microseconds, moment, type Place } from './keyset.js';

/** An order of accounts, which an index has. */
export interface UserOrder {
  /** The value of a row in a cursor. */
  value: Sql;
  /** The form of that value. */
  form: RegExp;
  /** The condition for the rows after a place. */
  follows(place: Place): Sql;
  by: Sql;
}

const created = sqlText('created_at');
/** The expression of its index. Accounts that never signed in come last. */
const lastLogin = sqlText(`coalesce(last_login_at, '-infinity'::timestamptz)`);
const NEVER = 'never';

function lastLoginOf(value: string): Sql {
  return value === NEVER ? sqlText(`'-infinity'::timestamptz`) : moment(value);
}

/** The orders of `adminUsers`. */
export const userOrders = {
  CREATED_AT_DESC: {
    value: microseconds(created),
    form: MICROSECONDS,
    follows: ({ value, id }) => sql`(created_at, id) < (${moment(value)}, ${id}::uuid)`,
    by: sqlText('created_at DESC, id DESC'),
  },
  CREATED_AT_ASC: {
    value: microseconds(created),
    form: MICROSECONDS,
    follows: ({ value, id }) => sql`(created_at, id) > (${moment(value)}, ${id}::uuid)`,
    by: sqlText('created_at, id'),
  },
  LAST_LOGIN_AT_DESC: {
    value: sql`coalesce(${microseconds(sqlText('last_login_at'))}, '${sqlText(NEVER)}')`,
    form: new RegExp(`${MICROSECONDS.source}|^${NEVER}$`),
    follows: ({ value, id }) => sql`(${lastLogin}, id) < (${lastLoginOf(value)}, ${id}::uuid)`,
    by: sql`${lastLogin} DESC, id DESC`,
  },
  // By bytes, as the index is. Addresses are unique.
  EMAIL_ASC: {
    value: sqlText('email'),
    form: /^[^\p{Cc}]{1,254}$/u,
    follows: ({ value }) => sql`email ~>~ ${value}`,
    by: sqlText('email USING ~<~'),
  },
} as const satisfies Record<string, UserOrder>;

/** The name of an order of accounts. */
export type UserOrderName = keyof typeof userOrders;
