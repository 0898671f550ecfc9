import { dropAuditPartitions, prepareAuditPartitions } from './audit-partitions.js';
import { purgeUnverifiedAccounts } from './purge-accounts.js';
import { type PurgeContext, purgeRows } from './purge-batches.js';
import { type PurgePermit, type PurgeRule, purgeRules } from './purge-rules.js';

/** SQLSTATE of a role that is not allowed to do this. */
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Purges rows that the database guards. If the gateway's role has too few rights, another role deletes them
 * (docs/audit.md).
 */
async function purgeGuarded(context: PurgeContext, rule: PurgeRule, permit: PurgePermit): Promise<number> {
  try {
    await dropAuditPartitions(context, permit.value);
    return await purgeRows(context, rule);
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
 * Deletes expired data. Each batch is a transaction of its own, so an interrupted run does no harm.
 * Concurrent runs divide the rows between them. Returns the number of deleted rows of each kind.
 */
export async function purge(context: PurgeContext): Promise<Record<string, number>> {
  await prepareAuditPartitions(context);
  const deleted: Record<string, number> = { accounts: await purgeUnverifiedAccounts(context) };
  for (const rule of purgeRules(context)) {
    const { rows, permit } = rule;
    const count = await (permit === undefined ? purgeRows(context, rule) : purgeGuarded(context, rule, permit));
    deleted[rows] = (deleted[rows] ?? 0) + count;
  }
  for (const [rows, count] of Object.entries(deleted)) context.countPurged(rows, count);
  const outcome = context.signal?.aborted === true ? 'the purge was interrupted' : 'old rows were purged';
  context.logger.info({ component: 'worker', deleted }, outcome);
  return deleted;
}
