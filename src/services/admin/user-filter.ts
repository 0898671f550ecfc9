import type { UserFilter } from '../../inputs/admin-lists.js';
import { addSeconds } from '../../lib/clock.js';
import { type Sql, sql, sqlText } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { findLockedUsers } from './locked-users.js';
import { textCondition } from './search-text.js';
import type { UserState } from './user-record.js';

type Needs = Pick<UseCaseContext, 'query' | 'clock' | 'settings' | 'secretKeys'>;

const VERIFIED = 'disabled_at IS NULL AND email_verified_at IS NOT NULL';
const LAST_LOGIN = sqlText(`coalesce(last_login_at, '-infinity'::timestamptz)`);
const BAD_PASSWORD = `(password_breached_at IS NOT NULL OR password_contested_at IS NOT NULL
  OR password_change_required_at IS NOT NULL)`;

/** The part of a state that the row of an account tells; the first state that applies counts. */
const stateConditions: Record<UserState, string> = {
  DISABLED: 'disabled_at IS NOT NULL',
  UNVERIFIED: 'disabled_at IS NULL AND email_verified_at IS NULL',
  LOCKED: VERIFIED,
  PASSWORD_CHANGE_REQUIRED: `${VERIFIED} AND ${BAD_PASSWORD}`,
  ACTIVE: `${VERIFIED} AND NOT ${BAD_PASSWORD}`,
};

async function stateCondition(context: Needs, state: UserState): Promise<Sql> {
  const ofRow = sqlText(stateConditions[state]);
  if (state === 'DISABLED' || state === 'UNVERIFIED') return ofRow;
  const locked = await findLockedUsers(context);
  return state === 'LOCKED'
    ? sql`${ofRow} AND id = ANY(${locked}::uuid[])`
    : sql`${ofRow} AND id <> ALL(${locked}::uuid[])`;
}

/** The index holds every role but the usual one, and the planner must see that in the text. */
function roleCondition(role: string): Sql {
  return role === 'user' ? sql`role = ${role}` : sql`role = ${role} AND role <> 'user'`;
}

/** A margin for the clocks of processes that differ. */
const MARGIN_SECONDS = 86_400;

/**
 * The upper limit of the last sign-in also excludes accounts that never signed in, in the words of the index, and the accounts
 * that were created later, which the order by creation would otherwise read one by one.
 */
function lastLoginBeforeCondition(before: Date): Sql {
  return sql`${LAST_LOGIN} < ${before} AND ${LAST_LOGIN} > '-infinity'::timestamptz
    AND created_at < ${addSeconds(before, MARGIN_SECONDS)}`;
}

function timeConditions({ createdFrom, createdBefore, lastLoginFrom, lastLoginBefore }: UserFilter): Sql[] {
  return [
    ...(createdFrom == null ? [] : [sql`created_at >= ${createdFrom}`]),
    ...(createdBefore == null ? [] : [sql`created_at < ${createdBefore}`]),
    ...(lastLoginFrom == null ? [] : [sql`${LAST_LOGIN} >= ${lastLoginFrom}`]),
    ...(lastLoginBefore == null ? [] : [lastLoginBeforeCondition(lastLoginBefore)]),
  ];
}

/** Joins conditions by AND. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.reduce((joined, condition) => sql`${joined} AND ${condition}`, sql`true`);
}

/** Returns the condition for the accounts that a filter selects. */
export async function userCondition(context: Needs, filter: UserFilter): Promise<Sql> {
  const { text, state, role, twoFactor } = filter;
  return allOf([
    sql`deleted_at IS NULL`,
    ...(text == null ? [] : [await textCondition(context, text)]),
    ...(state == null ? [] : [await stateCondition(context, state)]),
    ...(role == null ? [] : [roleCondition(role)]),
    ...(twoFactor == null ? [] : [sqlText(`two_factor_enabled_at IS ${twoFactor ? 'NOT ' : ''}NULL`)]),
    ...timeConditions(filter),
  ]);
}
