import { IsolationLevel, type TransactionOptions } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { onNewConnection, pastConflicts } from './new-connection.js';

const ATTEMPTS = 4;

/**
 * Runs each transaction as READ COMMITTED, whatever the server's default is, and anew when the database gave it up for another
 * one (deadlock, serialization failure), took no writes, or was lost before the COMMIT. Nothing of such a transaction was kept,
 * so `work` begins anew; it must not change anything outside of the database.
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
