/** A prepared statement, planned once per connection. `name` identifies it in the database and must be unique to its text. */
export interface Statement {
  name: string;
  text: string;
}

/** Runs one statement outside any transaction. Rows are returned as the driver reads them, with timestamps as text. */
export type Query = (statement: Statement, values: readonly unknown[]) => Promise<Record<string, unknown>[]>;
