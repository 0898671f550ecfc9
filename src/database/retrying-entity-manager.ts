import { setTimeout as sleep } from 'node:timers/promises';
import { IsolationLevel, type TransactionOptions } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { isTransactionConflict } from '../lib/database-errors.js';
import { onNewConnection } from './new-connection.js';

const ATTEMPTS = 4;
const LONGEST_PAUSE_MILLISECONDS = 50;

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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await onNewConnection(() =>
          super.transactional(work, { isolationLevel: IsolationLevel.READ_COMMITTED, ...options }),
        );
      } catch (cause) {
        if (attempt === ATTEMPTS || !isTransactionConflict(cause)) throw cause;
      }
      // A pause of a length of its own keeps two that met from meeting again.
      await sleep(Math.random() * LONGEST_PAUSE_MILLISECONDS * attempt);
    }
  }
}
