import type { EntityManager } from '@mikro-orm/postgresql';
import { isLockTimeout, isRightMissing } from '../../lib/database-errors.js';
import { run, type Sql, sql, sqlText } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'logger'>;

/** Creating a partition may read all events inserted since the last one ended. */
const STATEMENT_TIMEOUT = sqlText("SET LOCAL statement_timeout = '60s'");
/** Both wait two seconds for the table lock, because every later query waits behind them. */
const ATTEMPTS = 3;

async function inTransaction<Row extends object>(em: EntityManager, statement: Sql): Promise<Row[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await em.fork().transactional(async (forked) => {
        await run(forked, STATEMENT_TIMEOUT);
        return await run<Row>(forked, statement);
      });
    } catch (cause) {
      if (attempt === ATTEMPTS || !isLockTimeout(cause)) throw cause;
    }
  }
}

/**
 * Creates the partitions of this month and the next two. Without a partition, events go to the default one, so a
 * failure is logged and left to the next run.
 */
export async function prepareAuditPartitions({ em, clock, logger }: Needs): Promise<void> {
  try {
    const create = sql`SELECT partition, held_events FROM create_audit_partitions(${clock.now()})`;
    const rows = await inTransaction<{ partition: string; held_events: boolean }>(em, create);
    for (const { partition, held_events: wasLate } of rows) {
      if (wasLate) logger.warn({ component: 'worker', partition }, 'a partition was created after its first events');
      else logger.info({ component: 'worker', partition }, 'a partition of the audit log was created');
    }
  } catch (cause) {
    if (!isLockTimeout(cause) && !isRightMissing(cause)) throw cause;
    logger.warn({ err: cause, component: 'worker' }, 'the partitions of the audit log could not be created');
  }
}

/** Drops the partitions whose events are all older than `before`. */
export async function dropAuditPartitions({ em, logger }: Needs, before: Date): Promise<void> {
  try {
    const drop = sql`SELECT partition FROM drop_audit_partitions(${before}) AS partition`;
    for (const { partition } of await inTransaction<{ partition: string }>(em, drop)) {
      logger.info({ component: 'worker', partition }, 'a partition of the audit log was dropped');
    }
  } catch (cause) {
    if (!isLockTimeout(cause)) throw cause;
    logger.warn({ err: cause, component: 'worker' }, 'a partition of the audit log could not be dropped');
  }
}
