import { setTimeout as sleep } from 'node:timers/promises';
import {
  CommitUnanswered,
  isConnectionLost,
  isNeverSent,
  isReadOnlyServer,
  isStatementStale,
  isTransactionConflict,
} from '../lib/database-errors.js';

/** The second connection may be lost as well while a server goes down. */
const ATTEMPTS = 3;
/** Statements are short, so that many meet at one row where the server has them run as strictly as it can. */
const STATEMENT_ATTEMPTS = 10;
const LONGEST_PAUSE_MILLISECONDS = 50;
const READ = /^\s*(select|with)\b/i;
/** Words of what changes something; a text that has one of them in a value is taken for a change as well. */
const CHANGE = /\b(insert|update|delete|merge|nextval|setval|set_config|pg_notify|pg_\w*advisory\w*)\b/i;

/** Whether a statement changes nothing, so that it can be asked again whatever became of it. */
function isRead(text: string): boolean {
  return READ.test(text) && !CHANGE.test(text);
}

/** Whether nothing of a failed piece of work can have been kept, so that a new connection may do it. */
function isUndone(cause: unknown, isChange: boolean): boolean {
  if (isReadOnlyServer(cause) || isNeverSent(cause)) return true;
  return !isChange && !(cause instanceof CommitUnanswered) && isConnectionLost(cause);
}

/**
 * Does work that is one statement or one transaction, and again on a new connection where nothing of it was kept: the server
 * took no writes, or the connection was lost before a statement was sent, under a read, or before a COMMIT. `isChange`: a
 * statement that changes something by itself; what became of it when its connection is lost, nobody knows.
 */
export async function onNewConnection<Result>(work: () => Promise<Result>, isChange = false): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (cause) {
      if (attempt === ATTEMPTS || !isUndone(cause, isChange)) throw cause;
    }
  }
}

/** Does work anew, a few times, that the database gave up for other work, or did not know a statement of: nothing of it was kept. */
export async function pastConflicts<Result>(attempts: number, work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (cause) {
      if (attempt === attempts || !(isTransactionConflict(cause) || isStatementStale(cause))) throw cause;
    }
    // A pause of a length of its own keeps two that met from meeting again.
    await sleep(Math.random() * LONGEST_PAUSE_MILLISECONDS * attempt);
  }
}

/** Runs a statement outside of transactions, and again where nothing of it was kept. */
export async function runStatement<Result>(text: string, run: () => Promise<Result>): Promise<Result> {
  return await pastConflicts(STATEMENT_ATTEMPTS, () => onNewConnection(run, !isRead(text)));
}
