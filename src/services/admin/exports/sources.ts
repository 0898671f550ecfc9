import { AuditEvent } from '../../../entities/audit-event.js';
import type { AuditFilter, UserFilter } from '../../../inputs/admin-lists.js';
import type { Sql } from '../../../lib/sql.js';
import type { UseCaseContext } from '../../use-case.js';
import type { KeysetWindow, Place } from '../keyset.js';
import { eventsStatement } from '../list-events.js';
import { usersStatement } from '../list-users.js';
import { userCondition } from '../user-filter.js';
import { toAdminUserRecords } from '../user-record.js';
import type { CellValue } from './csv.js';

/** A row of an export, by the names of its columns. */
export type ExportRow = Record<string, CellValue>;

/** What is exported, in batches. */
export interface ExportSource {
  columns: readonly string[];
  statement(window: KeysetWindow): Sql;
  toRows(found: Record<string, unknown>[]): Promise<ExportRow[]>;
}

const USER_COLUMNS = [
  'id',
  'email',
  'username',
  'displayName',
  'role',
  'state',
  'emailVerifiedAt',
  'twoFactorEnabledAt',
  'passwordChangedAt',
  'passwordBreachedAt',
  'disabledAt',
  'lockedUntil',
  'lastLoginAt',
  'createdAt',
  'locale',
  'timezone',
] as const;

const EVENT_COLUMNS = [
  'id',
  'createdAt',
  'type',
  'success',
  'riskLevel',
  'actorId',
  'userId',
  'ipAddress',
  'userAgent',
  'requestId',
] as const;

function pick<Name extends string>(names: readonly Name[], values: Partial<Record<Name, unknown>>): ExportRow {
  return Object.fromEntries(names.map((name) => [name, (values[name] ?? null) as CellValue]));
}

type Needs = Pick<UseCaseContext, 'em' | 'query' | 'clock' | 'settings' | 'secretKeys'>;

/** The accounts that a filter selects, newest first. */
export async function usersToExport(context: Needs, filter: UserFilter): Promise<ExportSource> {
  const condition = await userCondition(context, filter);
  return {
    columns: USER_COLUMNS,
    statement: (window) => usersStatement(condition, 'CREATED_AT_DESC', window),
    toRows: async (found) => (await toAdminUserRecords(context, found)).map((user) => pick(USER_COLUMNS, user)),
  };
}

/** The audit events that a filter selects, newest first. */
export function eventsToExport(context: Needs, filter: AuditFilter): ExportSource {
  return {
    columns: [...EVENT_COLUMNS, 'metadata'],
    statement: (window) => eventsStatement(context, filter, window),
    toRows: async (found) =>
      found.map(({ place: _place, ...row }) => {
        const event = context.em.map(AuditEvent, row);
        return { ...pick(EVENT_COLUMNS, event), metadata: JSON.stringify(event.metadata) };
      }),
  };
}

/** Returns the place of a row, after which the next batch begins. */
export function placeOf(row: Record<string, unknown>): Place {
  return { value: String(row.place), id: String(row.id) };
}
