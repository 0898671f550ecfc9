import { createHash } from 'node:crypto';
import { isPlanChanged, isStatementStale } from './database-errors.js';

/** A connection keeps no more plans than this, and no pooler has to know more of them. */
const MOST_NAMES = 200;
/** A text with more values than this, or with a list of them, is one of many that differ in length alone. */
const MOST_VALUES = 40;
/** As many characters of a hash as tell any texts apart. */
const HASH_LENGTH = 22;
const LIST = /\bin \(\$\d+, |\), \(\$\d+/i;
/** The names by which the connections of a pool keep their plans. */
export interface StatementNames {
  /** The name of a statement; undefined where it is planned with each use. */
  nameOf(text: string, values: number): string | undefined;
  /** Learns from a refusal: statements that are not kept get no names, and those whose answer has changed get new ones. */
  refused(cause: unknown): void;
}

/** `onNotKept` learns once that statements are not kept before the database; none has a name from then on. */
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
