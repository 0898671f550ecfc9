import type { EntityManager, EntityName, FilterQuery } from '@mikro-orm/postgresql';
import { LockMode } from '@mikro-orm/postgresql';
import type { OneTimeCodePurpose } from '../entities/one-time-code.js';
import { advisoryLocks } from '../lib/advisory-locks.js';
import { run, type Sql, sql, sqlText } from '../lib/sql.js';

/**
 * The order in which a transaction locks rows, after advisory locks, so that transactions cannot deadlock. A table can be
 * locked again later, because its rows are held by then. The tests watch the order in every transaction.
 */
export const LOCK_ORDER = [
  'totp_credentials',
  'two_factor_challenges',
  'one_time_codes',
  'users',
  'sessions',
  'login_failures',
  'outbox_messages',
] as const;

/** The order of the codes within their table. */
export const CODE_LOCK_ORDER = [
  'REPORT_SESSION',
  'CHANGE_EMAIL',
  'REVERT_EMAIL',
  'RESET_PASSWORD',
  'RESET_TICKET',
  'VERIFY_EMAIL',
  'EXCHANGE',
] as const satisfies readonly OneTimeCodePurpose[];

/** Every purpose of a code. A condition on the address alone would not use the index, which begins with the purpose. */
export const ANY_PURPOSE = sqlText(`purpose IN ('${CODE_LOCK_ORDER.join("','")}')`);

type LockableTable = Extract<
  (typeof LOCK_ORDER)[number],
  'totp_credentials' | 'two_factor_challenges' | 'one_time_codes' | 'users'
>;

const ROW_ORDER: Record<LockableTable, Sql> = {
  totp_credentials: sqlText('user_id'),
  two_factor_challenges: sqlText('id'),
  one_time_codes: sqlText(`array_position('{${CODE_LOCK_ORDER.join(',')}}'::text[], purpose::text), address`),
  users: sqlText('id'),
};

/** Which other locks a row lock excludes. With `NO KEY UPDATE`, rows that refer to the row can still be inserted. */
type LockStrength = 'UPDATE' | 'NO KEY UPDATE';

/** Returns the statement that locks rows of one table, one after the other in their order, until the transaction ends. */
export function lockRows(
  table: LockableTable,
  where: Sql,
  { columns = sql``, strength = 'UPDATE' }: { columns?: Sql; strength?: LockStrength } = {},
): Sql {
  return sql`
    SELECT ${columns} FROM ${sqlText(table)} WHERE ${where} ORDER BY ${ROW_ORDER[table]} FOR ${sqlText(strength)}`;
}

/** Reads an entity and locks its row until the transaction ends. `refresh` reads it again if it was read before. */
export async function lockOne<Entity extends object>(
  em: EntityManager,
  entity: EntityName<Entity>,
  where: FilterQuery<NoInfer<Entity>>,
  { refresh = false } = {},
): Promise<Entity | null> {
  return await em.findOne(entity, where, { refresh, lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Locks the selected rows that no transaction holds, and skips the others. It waits for nobody, so it has no place in the order. */
export const SKIP_HELD = sqlText('FOR UPDATE SKIP LOCKED');

/** As `SKIP_HELD`, for rows to which others may refer in the meantime. */
export const SKIP_HELD_KEEP_KEY = sqlText('FOR NO KEY UPDATE SKIP LOCKED');

/** Keeps the selected rows from being deleted until the transaction ends. It waits only for transactions that may delete them. */
export const PREVENT_DELETION = sqlText('FOR KEY SHARE');

/** Waits for the advisory lock, and holds it until the transaction ends. */
export async function lockAdvisory(em: EntityManager, lock: 'keyRing' | 'admins' | 'overview'): Promise<void> {
  await run(em, sql`SELECT pg_advisory_xact_lock(${advisoryLocks[lock]})`);
}

/** Returns the statement that waits for the advisory lock of a name. */
export function advisoryLockOf(name: string): Sql {
  return sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}
