import { AuditEvent } from '../../entities/audit-event.js';
import type { AuditFilter } from '../../inputs/admin-lists.js';
import { type Sql, sql, sqlText } from '../../lib/sql.js';
import { isProblem, type Problem } from '../../problems.js';
import type { AuditEventPage } from '../audit/list-events.js';
import type { UseCaseContext } from '../use-case.js';
import { boundedRead } from './bounded-read.js';
import { areTypesRare, eventCondition } from './event-filter.js';
import { type KeysetWindow, microseconds, moment, toKeysetPage } from './keyset.js';
import { allOf } from './user-filter.js';

/** The order of events in a cursor. */
export const EVENT_ORDER = 'EVENTS';

type Needs = Pick<UseCaseContext, 'em' | 'transact' | 'clock'>;

const COLUMNS = sql`id, type, success, risk_level, actor_id, user_id, ip_address, user_agent, request_id, metadata, created_at,
  ${microseconds(sqlText('created_at'))} AS place`;
const NEWEST_FIRST = sqlText('ORDER BY created_at DESC, id DESC');

function follows({ after }: KeysetWindow): Sql {
  if (after === null) return sql`true`;
  const time = moment(after.value);
  return sql`created_at <= ${time} AND (created_at, id) < (${time}, ${after.id}::uuid)`;
}

function newest(condition: Sql, window: KeysetWindow): Sql {
  return sql`SELECT ${COLUMNS} FROM audit_events WHERE ${condition} AND ${follows(window)} ${NEWEST_FIRST}
    LIMIT ${window.first + 1}`;
}

/** Returns the statement of one page. Rare types are each read from their index, as far as the page needs. */
export function eventsStatement(
  context: Pick<UseCaseContext, 'clock'>,
  filter: AuditFilter,
  window: KeysetWindow,
): Sql {
  if (!areTypesRare(filter) || filter.userId != null || filter.actorId != null) {
    return newest(eventCondition(context, filter), window);
  }
  const condition = eventCondition(context, filter, { ofType: true });
  const ofType = newest(allOf([sql`type = wanted.type`, condition]), window);
  return sql`SELECT found.* FROM unnest(${filter.types ?? []}::text[]) AS wanted (type) CROSS JOIN LATERAL (${ofType}) AS found
    ${NEWEST_FIRST} LIMIT ${window.first + 1}`;
}

function toEventPage({ em }: Needs, rows: Record<string, unknown>[], window: KeysetWindow): AuditEventPage {
  const events = rows.map(({ place: _place, ...row }) => em.map(AuditEvent, row));
  return { kind: 'audit-event-page', ...toKeysetPage(EVENT_ORDER, rows, events, window) };
}

/** Lists the events that a filter selects, newest first. */
export async function listEvents(
  context: Needs,
  filter: AuditFilter,
  window: KeysetWindow,
): Promise<AuditEventPage | Problem<'INPUT_INVALID'>> {
  const rows = await boundedRead(context, eventsStatement(context, filter, window));
  return isProblem(rows) ? rows : toEventPage(context, rows, window);
}

/** Returns the same page of the events of each account, in the order of the ids, by one statement. */
export async function listEventsOfUsers(
  context: Needs,
  userIds: readonly string[],
  filter: AuditFilter,
  window: KeysetWindow,
): Promise<(AuditEventPage | Problem<'INPUT_INVALID'>)[]> {
  const condition = allOf([sql`user_id = wanted.id`, eventCondition(context, filter, { ofUser: true })]);
  const statement = sql`SELECT found.* FROM unnest(${userIds}::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (${newest(condition, window)}) AS found ${NEWEST_FIRST}`;
  const rows = await boundedRead(context, statement);
  if (isProblem(rows)) return userIds.map(() => rows);
  const byUser = Map.groupBy(rows, (row) => row.user_id as string);
  return userIds.map((id) => toEventPage(context, byUser.get(id) ?? [], window));
}
