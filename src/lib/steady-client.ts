import pg from 'pg';
import type { StatementNames } from './statement-names.js';

/** What a client of ours is told beside the settings of the driver. */
export interface SteadyClientConfig extends pg.ClientConfig {
  /** A statement without any answer for so long ends its connection, in milliseconds; without it there is no limit. */
  answerWithinMillis?: number | undefined;
  /** What each transaction limits its statements to where a pooler stands before the server, in milliseconds; 0 is for ever. */
  pooledLimitMillis?: number | undefined;
  /** Names of the statements that each connection plans once; without them each statement is planned with each use. */
  statementNames?: StatementNames | undefined;
}

/** A transaction that gives its statements another time than the rest, in seconds; 0 is for ever. */
const OWN_LIMIT = /^SET LOCAL statement_timeout = '?(\d+)s?'?$/i;
const TRANSACTION_BEGIN = /^(begin|start transaction)\b[^;]*$/i;
const TRANSACTION_END = /^(commit|rollback)\b/i;
/** What stands for no limit; timers take no more. */
const NO_LIMIT_MILLISECONDS = 2_147_483_647;

/** The text of a statement, in whatever form the driver takes it. */
export function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : '';
}

/** How long the statements from this one on may stay without an answer. */
function patienceAfter(text: string, now: number, usual: number): number {
  if (TRANSACTION_END.test(text)) return usual;
  const seconds = OWN_LIMIT.exec(text)?.[1];
  if (seconds === undefined) return now;
  return Number(seconds) === 0 ? NO_LIMIT_MILLISECONDS : Number(seconds) * 1_000 + usual;
}

/** What the driver has below a client, as far as it is used here. */
interface Wire {
  stream: { destroy(cause: Error): void };
  on(event: 'errorMessage', listener: (message: { code?: string }) => void): void;
}

/** Stands for a connection whose other end is silent, as the system names it. */
class Silence extends Error {
  readonly code = 'ETIMEDOUT';
  constructor() {
    super('The database did not answer in time.');
  }
}

/** States of a server that is stopping, of one that takes no writes (any more), and of a pooler that lost its server. */
const spoilingStates = /^(08|25006|57P0[1-5]|XX000)/;

/**
 * A PostgreSQL client that survives its connection.
 *
 * A connection that breaks between two statements is an `error` event, and one that nobody listens to would end the
 * process; whoever uses the client next is told by a rejection. A server that vanished without a word is given up: its
 * statements are rejected, and the pool throws the connection away. The server's own limit must be the shorter one.
 * A connection whose server is going or has become the wrong one is not used again.
 */
export class SteadyClient extends pg.Client {
  /** Whether a pooler stands before the server: what is set for a session would be set for strangers. */
  isPooled = false;
  /** Is told the state by which the connection was spoilt. */
  onSpoiled: (state: string) => void = () => undefined;

  readonly #names: StatementNames | undefined;

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
    if (this.#names !== undefined) this.query = this.#ask.bind(this) as typeof this.query;
    if (pooledLimitMillis > 0) this.#limitTransactions(pooledLimitMillis);
    if (answerWithinMillis !== undefined && answerWithinMillis > 0) this.#limitSilence(answerWithinMillis);
  }

  override emit(...event: Parameters<pg.Client['emit']>): boolean {
    if (event[0] === 'error' && this.listenerCount('error') === 0) return false;
    return super.emit(...event);
  }

  /** Asks the driver, whose method is looked up with each call, as whoever watches it expects. */
  #ask(...[query, values, ...rest]: unknown[]): unknown {
    const ask = pg.Client.prototype.query as (...call: unknown[]) => unknown;
    if (typeof query !== 'string' || !Array.isArray(values) || values.length === 0) {
      return ask.call(this, query, values, ...rest);
    }
    return ask.call(this, { text: query, name: this.#names?.nameOf(query, values.length) }, values, ...rest);
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

  /** Has the pool throw the connection away when it comes back, as one that was used as often as it may be. */
  spoil(): void {
    Object.assign(this, { _poolUseCount: Number.POSITIVE_INFINITY });
  }

  /** Ends the connection at once, for those who never give it back, as one that listens. */
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
