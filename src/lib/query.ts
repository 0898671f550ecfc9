/** A statement that each connection plans once; `name` is its name in the database and unique to its text. */
export interface Statement {
  name: string;
  text: string;
}

/** Runs one statement outside any transaction; rows come as the driver reads them, times as text. */
export type Query = (statement: Statement, values: readonly unknown[]) => Promise<Record<string, unknown>[]>;
