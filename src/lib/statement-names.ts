import { createHash } from 'node:crypto';
import { isPlanChanged, isStatementStale } from './database-errors.js';

/** Maximum number of named statements, which limits the plans of a connection and the names that a pooler has to track. */
const MOST_NAMES = 200;
/** Statements with more values than this, or with a list of values, usually differ only in length and are not named. */
const MOST_VALUES = 40;
/** This many characters of the hash make names unique. */
const HASH_LENGTH = 22;
const LIST = /\bin \(\$\d+, |\), \(\$\d+/i;
/** Names of the prepared statements of a pool's connections. */
export interface StatementNames {
  /** The name of a statement, or undefined if it is planned on every use. */
  nameOf(text: string, values: number): string | undefined;
  /**
   * Processes an error. If prepared statements are not kept, no statement is named any more. If a result type changed,
   * statements get new names.
   */
  refused(cause: unknown): void;
}

/** Calls `onNotKept` once if prepared statements are not kept on the way to the database. From then on no statement is named. */
export function createStatementNames(onNotKept: (cause: unknown) => void): StatementNames {
  const names = new Map<string, string>();
  let isKept = true;
  let generation = 0;
  return {
    nameOf(text, values) {
      if (!isKept || values > MOST_VALUES) return undefined;
      const known = names.get(text);
      if (known !== undefined || names.size >= MOST_NAMES || LIST.test(text)) return known;
      const hash = createHash('sha256').update(`${generation} ${text}`).digest('base64url');
      const name = hash.slice(0, HASH_LENGTH);
      names.set(text, name);
      return name;
    },
    refused(cause) {
      if (!isStatementStale(cause)) return;
      names.clear();
      generation += 1;
      if (isPlanChanged(cause) || !isKept) return;
      isKept = false;
      onNotKept(cause);
    },
  };
}
