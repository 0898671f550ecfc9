import type { EntityManager } from '@mikro-orm/postgresql';
import { isLockTimeout, isRightMissing } from '../../lib/database-errors.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'logger'>;

const CREATE = 'SELECT partition, held_events FROM create_audit_partitions(?)';
const DROP = 'SELECT partition FROM drop_audit_partitions(?) AS partition';
/** Creating a partition may read all events inserted since the last one ended. */
const STATEMENT_TIMEOUT = '60s';
/** Both wait two seconds for the table lock, because every later query waits behind them. */
const ATTEMPTS = 3;

async function inTransaction<Row extends object>(em: EntityManager, text: string, moment: Date): Promise<Row[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await em.fork().transactional(async (forked) => {
        await forked.execute(`SET LOCAL statement_timeout = '${STATEMENT_TIMEOUT}'`);
        return await forked.execute<Row[]>(text, [moment]);
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
    const rows = await inTransaction<{ partition: string; held_events: boolean }>(em, CREATE, clock.now());
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
    for (const { partition } of await inTransaction<{ partition: string }>(em, DROP, before)) {
      logger.info({ component: 'worker', partition }, 'a partition of the audit log was dropped');
    }
  } catch (cause) {
    if (!isLockTimeout(cause)) throw cause;
    logger.warn({ err: cause, component: 'worker' }, 'a partition of the audit log could not be dropped');
  }
}
