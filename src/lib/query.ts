import type { BoundStatement } from './sql.js';

/**
 * A statement with a fixed text. `name` is for readers. The name of the prepared statement is derived from the
 * text.
 */
export interface Statement {
  name: string;
  text: string;
}

/** Runs one statement outside any transaction. Rows are returned as the driver reads them, with timestamps as text. */
export type Query = (
  statement: Statement | BoundStatement,
  values: readonly unknown[],
) => Promise<Record<string, unknown>[]>;

/** Runs statements as one transaction in one round trip; returns the rows of each. */
export type Transact = (statements: readonly BoundStatement[]) => Promise<Record<string, unknown>[][]>;
