import { setTimeout as sleep } from 'node:timers/promises';
import {
  CommitUnanswered,
  isConnectionLost,
  isNeverSent,
  isReadOnlyServer,
  isStatementStale,
  isTransactionConflict,
} from '../lib/database-errors.js';

/** A second connection may be lost too while a server shuts down. */
const ATTEMPTS = 3;
/** Statements are short, so many can conflict on one row if the server defaults to the strictest isolation. */
const STATEMENT_ATTEMPTS = 10;
const LONGEST_PAUSE_MILLISECONDS = 50;
const READ = /^\s*(select|with)\b/i;
/** Keywords of statements with effects. A text that contains one in a value counts as a change too. */
const CHANGE = /\b(insert|update|delete|merge|nextval|setval|set_config|pg_notify|pg_\w*advisory\w*)\b/i;

/** Tells whether a statement changes nothing, so that it can be repeated whatever its outcome. */
function isRead(text: string): boolean {
  return READ.test(text) && !CHANGE.test(text);
}

/** Tells whether failed work has certainly left no effect, so that a new connection can repeat it. */
function isUndone(cause: unknown, isChange: boolean): boolean {
  if (isReadOnlyServer(cause) || isNeverSent(cause)) return true;
  return !isChange && !(cause instanceof CommitUnanswered) && isConnectionLost(cause);
}

/**
 * Runs work that is one statement or one transaction, and repeats it on a new connection if it left no effect: the server
 * rejected writes, or the connection was lost before a statement was sent, during a read, or before a COMMIT. `isChange`
 * marks a statement with an effect of its own, whose outcome is unknown if its connection is lost.
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

/**
 * Repeats work a few times if the database aborted it in favour of other work, or did not know one of its prepared
 * statements. Such work left no effect.
 */
export async function pastConflicts<Result>(attempts: number, work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (cause) {
      if (attempt === attempts || !(isTransactionConflict(cause) || isStatementStale(cause))) throw cause;
    }
    // A random pause keeps two that conflicted from conflicting again.
    await sleep(Math.random() * LONGEST_PAUSE_MILLISECONDS * attempt);
  }
}

/** Runs a statement outside transactions, and repeats it if it left no effect. */
export async function runStatement<Result>(text: string, run: () => Promise<Result>): Promise<Result> {
  return await pastConflicts(STATEMENT_ATTEMPTS, () => onNewConnection(run, !isRead(text)));
}
