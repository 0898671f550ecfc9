import pg from 'pg';
import type { BoundStatement } from './sql.js';
import { type BatchedStatement, StatementBatch } from './statement-batch.js';
import type { StatementNames } from './statement-names.js';

/** Client options in addition to the driver's. */
export interface SteadyClientConfig extends pg.ClientConfig {
  /** The connection is closed if a statement gets no response for this long, in milliseconds. No limit by default. */
  answerWithinMillis?: number | undefined;
  /** The statement timeout set in each transaction if the connection goes through a pooler, in milliseconds. 0 means no limit. */
  pooledLimitMillis?: number | undefined;
  /** Names of prepared statements. Without them, each statement is planned on every use. */
  statementNames?: StatementNames | undefined;
}

/** A statement that sets a transaction's own statement timeout, in seconds. 0 means no limit. */
const OWN_LIMIT = /^SET LOCAL statement_timeout = '?(\d+)s?'?$/i;
export const TRANSACTION_BEGIN = /^(begin|start transaction)\b[^;]*$/i;
const LIMIT_STATEMENTS = "SELECT set_config('statement_timeout', $1, true)";
const TRANSACTION_END = /^(commit|rollback)\b/i;
/** Represents no limit: the longest delay of a timer. */
const NO_LIMIT_MILLISECONDS = 2_147_483_647;

/** The text of a statement in any form that the driver accepts. */
export function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : '';
}

/** Maximum time without a response for this statement and those after it. */
function patienceAfter(text: string, now: number, usual: number): number {
  if (TRANSACTION_END.test(text)) return usual;
  const seconds = OWN_LIMIT.exec(text)?.[1];
  if (seconds === undefined) return now;
  return Number(seconds) === 0 ? NO_LIMIT_MILLISECONDS : Number(seconds) * 1_000 + usual;
}

/** The part of the driver's low-level connection that is used here. */
interface Wire {
  stream: { destroy(cause: Error): void };
  on(event: 'errorMessage', listener: (message: { code?: string }) => void): void;
}

/** Error for a connection whose server no longer responds, with the system's error code. */
class Silence extends Error {
  readonly code = 'ETIMEDOUT';
  constructor() {
    super('The database did not answer in time.');
  }
}

/** States of a server that is shutting down or no longer accepts writes, and of a pooler that lost its server. */
const spoilingStates = /^(08|25006|57P0[1-5]|XX000)/;

/**
 * A PostgreSQL client that handles connection loss.
 *
 * A connection that breaks between two statements emits an `error` event, which would end the process if nobody listened.
 * Here the next use of the client rejects instead. If the server stops responding, pending statements are rejected and the pool
 * discards the connection. The server's own statement timeout must be shorter. A connection is not reused if its server is
 * shutting down or no longer the right one.
 */
export class SteadyClient extends pg.Client {
  /** True if a pooler is in front of the server, which would share session settings with other clients. */
  isPooled = false;
  /** Called with the SQLSTATE after which the connection must not be reused. */
  onSpoiled: (state: string) => void = () => undefined;

  readonly #names: StatementNames | undefined;
  readonly #pooledLimitMillis: number;

  constructor(config: SteadyClientConfig = {}) {
    super(config);
    this.#names = config.statementNames;
    this.#wire.on('errorMessage', (message) => {
      this.#names?.refused(message);
      const { code = '' } = message;
      if (!spoilingStates.test(code)) return;
      this.spoil();
      this.onSpoiled(code);
    });
    const { answerWithinMillis, pooledLimitMillis = 0 } = config;
    this.#pooledLimitMillis = pooledLimitMillis;
    if (this.#names !== undefined) this.query = this.#ask.bind(this) as typeof this.query;
    if (pooledLimitMillis > 0) this.#limitTransactions(pooledLimitMillis);
    if (answerWithinMillis !== undefined && answerWithinMillis > 0) this.#limitSilence(answerWithinMillis);
  }

  override emit(...event: Parameters<pg.Client['emit']>): boolean {
    if (event[0] === 'error' && this.listenerCount('error') === 0) return false;
    return super.emit(...event);
  }

  /** Calls the driver's method, looked up on each call so that instrumentation can replace it. */
  #ask(...[query, values, ...rest]: unknown[]): unknown {
    const ask = pg.Client.prototype.query as (...call: unknown[]) => unknown;
    if (typeof query !== 'string' || !Array.isArray(values) || values.length === 0) {
      return ask.call(this, query, values, ...rest);
    }
    return ask.call(this, { text: query, name: this.#names?.nameOf(query, values.length) }, values, ...rest);
  }

  /** Sends statements together. Behind a pooler, those of a transaction have its own time limit. */
  protected batch(statements: readonly BoundStatement[]): StatementBatch {
    const [first, ...rest] = statements;
    const limit = { text: LIMIT_STATEMENTS, values: [String(this.#pooledLimitMillis)] };
    const isLimited = this.isPooled && this.#pooledLimitMillis > 0;
    const begins = first !== undefined && TRANSACTION_BEGIN.test(first.text);
    const all = isLimited ? (begins ? [first, limit, ...rest] : [limit, ...statements]) : statements;
    const named = all.map(
      ({ text, values }): BatchedStatement => ({
        ...{ text, values },
        name: values.length === 0 ? undefined : this.#names?.nameOf(text, values.length),
      }),
    );
    const { _types: types } = this as unknown as { _types: unknown };
    return new StatementBatch(named, types);
  }

  #limitTransactions(milliseconds: number): void {
    this.query = ((first: unknown, ...rest: unknown[]) => {
      const begins = this.isPooled && typeof first === 'string' && TRANSACTION_BEGIN.test(first);
      return this.#ask(begins ? `${first}; SET LOCAL statement_timeout = ${milliseconds}` : first, ...rest);
    }) as typeof this.query;
  }

  get #wire(): Wire {
    return (this as unknown as { connection: Wire }).connection;
  }

  /** Makes the pool discard the connection on release, as if it had reached its maximum number of uses. */
  spoil(): void {
    Object.assign(this, { _poolUseCount: Number.POSITIVE_INFINITY });
  }

  /** Closes the connection immediately, for users that never release it, such as a listener. */
  drop(): void {
    this.#wire.stream.destroy(
      new Error('The server of this connection is shutting down or is no longer the right one.'),
    );
  }

  #limitSilence(usual: number): void {
    let timer: NodeJS.Timeout | undefined;
    let patience = usual;
    const heard = () => clearTimeout(timer);
    this.on('drain', heard);
    this.on('end', heard);
    const ask = Object.hasOwn(this, 'query') ? this.query.bind(this) : this.#ask.bind(this);
    this.query = ((...call: unknown[]) => {
      patience = patienceAfter(textOf(call[0]), patience, usual);
      heard();
      timer = setTimeout(() => this.#wire.stream.destroy(new Silence()), patience);
      timer.unref();
      return (ask as (...call: unknown[]) => unknown)(...call);
    }) as typeof this.query;
  }
}
