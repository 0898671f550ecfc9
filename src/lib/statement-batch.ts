import pg from 'pg';
import type { BoundStatement } from './sql.js';

/** The driver's connection, as far as it is used here. */
interface Wire {
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  stream: { cork?(): void; uncork?(): void };
  sync(): void;
  on(event: 'parseComplete', listener: () => void): void;
  off(event: 'parseComplete', listener: () => void): void;
}

/** The driver's own query, which reads the messages about one statement. */
interface DriverQuery {
  name: string | undefined;
  text: string;
  _result: { _types?: unknown };
  _results: pg.QueryResult;
  callback: (error: Error | null, result?: pg.QueryResult) => void;
  hasBeenParsed(wire: Wire): boolean;
  prepare(wire: Wire): void;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleError(error: Error, wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
}

const createDriverQuery = pg.Query as unknown as new (config: object) => DriverQuery;

/** One statement of a batch. */
export interface BatchedStatement extends BoundStatement {
  /** The name of its prepared statement on the connection. */
  name?: string | undefined;
}

/** Called with the outcome of a batch. */
export type Answer = (cause: Error | null, results?: pg.QueryResult[]) => void;

/**
 * Several statements that are sent together and answered together. PostgreSQL runs them as one transaction, unless one of
 * them begins or ends a transaction: if one fails, the later ones are not run and the earlier ones are rolled back.
 */
export class StatementBatch {
  readonly #queries: DriverQuery[];
  #toParse: DriverQuery[] = [];
  #current = 0;
  #onParsed: () => void = () => undefined;
  /** Set by the driver, and called with the outcome. */
  callback: Answer | undefined;

  constructor(statements: readonly BatchedStatement[], types: unknown) {
    this.#queries = statements.map(({ text, values, name }) => {
      const query = new createDriverQuery({ text, values, ...(name === undefined ? {} : { name }) });
      query._result._types = types;
      // Without a callback, the driver keeps no rows and reports errors only by an event.
      query.callback = () => undefined;
      return query;
    });
  }

  /** Whether every statement has been answered; those of a batch that was cut off before that are undone. */
  get isAnswered(): boolean {
    return this.#current === this.#queries.length;
  }

  /** The text that the driver reports for the batch, for instrumentation. */
  get text(): string {
    return (this.#toParse[0] ?? this.#queries[0])?.text ?? '';
  }

  /** The statement that the server parses next. The driver marks it as parsed once the server confirms it. */
  get name(): string | undefined {
    return this.#toParse[0]?.name;
  }

  submit(wire: Wire): Error | null {
    this.#onParsed = () => void this.#toParse.shift();
    wire.on('parseComplete', this.#onParsed);
    // Otherwise each query would end the transaction with its own Sync.
    const unsynced = Object.create(wire, { sync: { value: () => undefined } }) as Wire;
    wire.stream.cork?.();
    try {
      for (const query of this.#queries) {
        if (!query.hasBeenParsed(wire)) this.#toParse.push(query);
        query.prepare(unsynced);
      }
      wire.sync();
    } finally {
      wire.stream.uncork?.();
    }
    return null;
  }

  handleRowDescription(message: unknown): void {
    this.#queries[this.#current]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#current]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, wire: Wire): void {
    this.#queries[this.#current]?.handleCommandComplete(message, wire);
    this.#current += 1;
  }

  handleEmptyQuery(): void {
    this.#current += 1;
  }

  handleError(error: Error, wire: Wire): void {
    wire.off('parseComplete', this.#onParsed);
    // The server has skipped them, so they are parsed when they are used next.
    for (const { name } of this.#toParse) if (name !== undefined) delete wire.submittedNamedStatements[name];
    this.callback?.(error);
  }

  handleReadyForQuery(wire: Wire): void {
    wire.off('parseComplete', this.#onParsed);
    let failure: Error | null = null;
    // A row that cannot be read is reported by the query that reads it.
    for (const query of this.#queries) {
      query.callback = (cause) => {
        failure ??= cause;
      };
      query.handleReadyForQuery(wire);
    }
    if (failure === null)
      this.callback?.(
        null,
        this.#queries.map((query) => query._results),
      );
    else this.callback?.(failure);
  }
}
