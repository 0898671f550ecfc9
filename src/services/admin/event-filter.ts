import type { AuditFilter } from '../../inputs/admin-lists.js';
import { addSeconds } from '../../lib/clock.js';
import { type Sql, sql, sqlText } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { allOf } from './user-filter.js';

export type { AuditFilter } from '../../inputs/admin-lists.js';

/** How far back a filter reads that no index serves, if it names no time. */
const DEFAULT_SECONDS = 30 * 86_400;
/** A margin that is later than every event, whatever process recorded it. */
const AHEAD_SECONDS = 86_400;
/** Every session writes many of them, so they are in no index by type unless they were refused. */
const FREQUENT: readonly string[] = ['LOGIN', 'REFRESH'];
const RISKY: readonly string[] = ['HIGH', 'CRITICAL'];

/** The conditions of the two partial indexes, as the planner must see them. `NOT success` implies the first. */
const IS_RARE = sqlText(`(NOT success OR type NOT IN ('LOGIN', 'REFRESH'))`);
const IS_RISKY = sqlText(`risk_level IN ('HIGH', 'CRITICAL')`);

/** Returns whether the index by type has all events that the filter selects. */
export function areTypesRare({ types, success }: AuditFilter): boolean {
  return types != null && types.length > 0 && (success === false || !types.some((type) => FREQUENT.includes(type)));
}

function areAllRisky({ riskLevels }: AuditFilter): boolean {
  return riskLevels != null && riskLevels.length > 0 && riskLevels.every((level) => RISKY.includes(level));
}

/** The time is compared on its own, because only that lets the planner exclude partitions. */
function timeConditions({ clock }: Pick<UseCaseContext, 'clock'>, filter: AuditFilter, ofUser: boolean): Sql[] {
  const { from, before, userId, actorId } = filter;
  const isSelective = ofUser || userId != null || actorId != null || areTypesRare(filter) || areAllRisky(filter);
  const since = from ?? (isSelective ? undefined : addSeconds(before ?? clock.now(), -DEFAULT_SECONDS));
  const until = before ?? addSeconds(clock.now(), AHEAD_SECONDS);
  return [sql`created_at < ${until}`, ...(since === undefined ? [] : [sql`created_at >= ${since}`])];
}

/**
 * Returns the condition for the events that a filter selects. It names an index, or a time: without an account, a rare type
 * or a high risk it reads the last 30 days unless the filter says otherwise. `ofUser` and `ofType` tell that the
 * events are those of one account or type anyway: stating it twice would mislead the planner.
 */
export function eventCondition(
  context: Pick<UseCaseContext, 'clock'>,
  filter: AuditFilter,
  { ofUser = false, ofType = false } = {},
): Sql {
  const { types, success, riskLevels, userId, actorId, ipAddress, requestId } = filter;
  return allOf([
    ...timeConditions(context, filter, ofUser),
    ...(types == null || types.length === 0 || ofType ? [] : [sql`type = ANY(${types}::text[])`]),
    ...(areTypesRare(filter) && success !== false ? [IS_RARE] : []),
    ...(success == null ? [] : [sqlText(success ? 'success' : 'NOT success')]),
    ...(riskLevels == null || riskLevels.length === 0 ? [] : [sql`risk_level = ANY(${riskLevels}::text[])`]),
    ...(areAllRisky(filter) ? [IS_RISKY] : []),
    ...(userId == null ? [] : [sql`user_id = ${userId}`]),
    ...(actorId == null ? [] : [sql`actor_id = ${actorId}`]),
    ...(ipAddress == null ? [] : [sql`ip_address = ${ipAddress}`]),
    ...(requestId == null ? [] : [sql`request_id = ${requestId}`]),
  ]);
}
