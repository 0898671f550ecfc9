import { IsolationLevel, type TransactionOptions } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { onNewConnection, pastConflicts } from './new-connection.js';

const ATTEMPTS = 4;

/**
 * Runs each transaction as READ COMMITTED, whatever the server's default is. Repeats it if the database aborted it in favour
 * of another one (deadlock, serialization failure), rejected writes, or was lost before the COMMIT. Such a transaction left
 * no effect, so `work` starts over; it must not change anything outside the database.
 */
export class RetryingEntityManager extends EntityManager {
  override async transactional<Result>(
    work: (em: this) => Result | Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    if (this.isInTransaction()) return await super.transactional(work, options);
    const own = { isolationLevel: IsolationLevel.READ_COMMITTED, ...options };
    return await pastConflicts(ATTEMPTS, () => onNewConnection(() => super.transactional(work, own)));
  }
}
