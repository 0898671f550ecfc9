import type { EntityManager } from '@mikro-orm/postgresql';
import type { UseCaseContext } from '../use-case.js';
import { dropAuditPartitions, prepareAuditPartitions } from './audit-partitions.js';
import { purgeUnverifiedAccounts } from './purge-accounts.js';
import { type PurgePermit, type PurgeRule, purgeRules } from './purge-rules.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'logger' | 'countPurged'>;

/** Small, so that no statement holds many rows for long. */
const BATCH = 500;
/** Finding what is old may read a whole table. */
const STATEMENT_TIMEOUT = '60s';

const PURGE_LIMITS = `DELETE FROM rate_limits WHERE expire < extract(epoch FROM now()) * 1000`;

async function deleteBatch(em: EntityManager, { table, where, before, permit }: PurgeRule): Promise<number> {
  await em.execute(`SET LOCAL statement_timeout = '${STATEMENT_TIMEOUT}'`);
  if (permit !== undefined) {
    await em.execute('SELECT set_config(?, ?, true)', [permit.name, permit.value.toISOString()]);
  }
  // Rows that somebody else holds are in use, or are being purged already.
  const batch = `SELECT ctid FROM ${table} WHERE ${where} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
  // In each partition a row may have the same place, so the condition stands twice.
  const text = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${batch})) AND (${where}) RETURNING 1`;
  const rows = await em.execute<unknown[]>(text, [...before, ...before]);
  return rows.length;
}

async function purgeRows(em: EntityManager, rule: PurgeRule): Promise<number> {
  for (let deleted = 0; ; ) {
    const batch = await em.fork().transactional((forked) => deleteBatch(forked, rule));
    deleted += batch;
    if (batch < BATCH) return deleted;
  }
}

/** SQLSTATE of a role that may not do this. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** Where the gateway runs by a role of few rights, another one deletes what the database guards (docs/audit.md). */
async function purgeGuarded(context: Needs, rule: PurgeRule, permit: PurgePermit): Promise<number> {
  try {
    await dropAuditPartitions(context, permit.value);
    return await purgeRows(context.em, rule);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === INSUFFICIENT_PRIVILEGE)) throw error;
    context.logger.info(
      { component: 'worker', rows: rule.rows },
      'the database role is not allowed to delete these rows',
    );
    return 0;
  }
}

/**
 * Deletes what is kept no longer. Each batch is a transaction of its own, so a run that is cut off, or runs beside another,
 * does no harm. Returns the number of rows of each kind.
 */
export async function purge(context: Needs): Promise<Record<string, number>> {
  await prepareAuditPartitions(context);
  const deleted: Record<string, number> = { accounts: await purgeUnverifiedAccounts(context) };
  for (const rule of purgeRules(context)) {
    deleted[rule.rows] = await (rule.permit === undefined
      ? purgeRows(context.em, rule)
      : purgeGuarded(context, rule, rule.permit));
  }
  const limits = await context.em.execute<unknown[]>(`${PURGE_LIMITS} RETURNING 1`);
  deleted.limits = limits.length;
  for (const [rows, count] of Object.entries(deleted)) context.countPurged(rows, count);
  context.logger.info({ component: 'worker', deleted }, 'old rows were purged');
  return deleted;
}
