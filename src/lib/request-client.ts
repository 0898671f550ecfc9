import type pg from 'pg';
import { cancelRequest } from './cancel-request.js';
import { CommitUnanswered, isConnectionLost, isNeverSent, isServerEnding } from './database-errors.js';
import type { Holdings } from './request-scope.js';
import { type BoundStatement, SqlBatch } from './sql.js';
import type { Answer } from './statement-batch.js';
import { SteadyClient, type SteadyClientConfig, TRANSACTION_BEGIN, textOf } from './steady-client.js';

/** The request that a connection works for. */
export interface Lease {
  /** Aborted when nobody waits for the response any more. Undefined if a disconnect stops nothing. */
  signal: AbortSignal | undefined;
  holdings: Holdings;
}

/** Delay before a cancellation, as short statements finish by themselves. */
const GRACE_MILLISECONDS = 50;
/** Delay before a cancellation is repeated. One that arrived before its statement started had no effect. */
const AGAIN_AFTER_MILLISECONDS = 500;
const COMMIT = /^commit\b/i;
const ROLLBACK = /^rollback\b(?! to)/i;

/** As the driver answers a statement that has no rows. */
interface Answered {
  command: string;
  rowCount: null;
  rows: Record<string, unknown>[][];
}

const answered = (command: string): Answered => ({ command, rowCount: null, rows: [] });

/** Rejects like the driver's `query`, whose last argument can be a callback. */
function refuse(call: unknown[], reason: unknown): unknown {
  const answer = call.at(-1);
  if (typeof answer !== 'function') return Promise.reject(reason);
  process.nextTick(answer, reason);
  return undefined;
}

/**
 * A pool client that stops when nobody waits for its request any more. The running statement is cancelled, and later ones are
 * rejected until the ROLLBACK. A COMMIT that was sent is never cancelled. While a cancellation is pending the connection sends
 * nothing and is not released, so that it never hits another request's statement.
 */
export class RequestClient extends SteadyClient {
  #lease: Lease | undefined;
  #running: { text: string } | undefined;
  #cancelling: Promise<void> | undefined;
  #isCertain = true;
  /** A transaction that begins with its first statement, so that the two are one round trip. */
  #begin: string | undefined;

  constructor(config?: SteadyClientConfig) {
    super(config);
    const ask = this.query.bind(this) as (...call: unknown[]) => unknown;
    this.on('drain', () => {
      this.#running = undefined;
    });
    this.query = ((...call: unknown[]) => {
      const text = textOf(call[0]);
      const send = () => {
        const lease = this.#lease;
        if (lease?.signal?.aborted === true && !ROLLBACK.test(text)) return refuse(call, lease.signal.reason);
        if (lease !== undefined && COMMIT.test(text)) this.#commitTo(lease);
        const isBegin = TRANSACTION_BEGIN.test(text);
        if (isBegin && typeof call.at(-1) !== 'function') return this.#putOff(text);
        this.#running = { text };
        if (text === SqlBatch.TEXT) return this.#sendAll(ask, call[1] as BoundStatement[]);
        return this.#begin === undefined ? ask(...call) : this.#beginWith(ask, call);
      };
      return this.#cancelling === undefined ? send() : this.#cancelling.then(send);
    }) as typeof this.query;
  }

  /** Runs statements as one transaction; it counts as committed once all of them were answered. */
  async transact(statements: readonly BoundStatement[]): Promise<Record<string, unknown>[][]> {
    const batch = this.batch(statements);
    const results = await new Promise<pg.QueryResult[]>((resolve, reject) => {
      const answer: Answer = (cause, answers = []) => (cause === null ? resolve(answers) : reject(cause));
      this.#send(batch, answer);
    }).catch((cause: unknown) => {
      // A server that reports this instead of an answer has committed nothing. After any other end, the outcome is unknown.
      const isUndone = isNeverSent(cause) || (isServerEnding(cause) && !batch.isAnswered);
      throw isConnectionLost(cause) && !isUndone ? new CommitUnanswered(cause) : cause;
    });
    if (this.#lease !== undefined) this.#commitTo(this.#lease);
    return results.slice(-statements.length).map(({ rows }) => rows);
  }

  /**
   * Starts working for a request. The returned function ends that. If a cancellation has to be awaited, it returns a promise of
   * whether the connection can be reused.
   */
  serve(lease: Lease): () => Promise<boolean> | undefined {
    this.#lease = lease;
    this.#running = undefined;
    this.#begin = undefined;
    const stop = () => this.#cancelAfter(lease, this.#running, GRACE_MILLISECONDS);
    lease.signal?.addEventListener('abort', stop, { once: true });
    return () => {
      lease.signal?.removeEventListener('abort', stop);
      this.#lease = undefined;
      if (this.#cancelling === undefined && this.#isCertain) return undefined;
      return (this.#cancelling ?? Promise.resolve()).then(() => this.#isCertain);
    };
  }

  /** Returns true if others can be waiting for its locks. */
  isInTransaction(): boolean {
    const status = this.getTransactionStatus();
    return status === 'T' || status === 'E' || this.#begin !== undefined;
  }

  #send(...call: unknown[]): unknown {
    return (this.query as (...call: unknown[]) => unknown)(...call);
  }

  async #putOff(text: string): Promise<Answered> {
    this.#begin = text;
    return answered('BEGIN');
  }

  /** Sends the BEGIN that was put off, with the statement where that is one with values, else before it. */
  async #beginWith(ask: (...call: unknown[]) => unknown, call: unknown[]): Promise<unknown> {
    const [query, values] = call;
    const begin = this.#begin ?? '';
    this.#begin = undefined;
    const text = textOf(query);
    // Nothing was written yet.
    if (COMMIT.test(text) || ROLLBACK.test(text)) return answered(COMMIT.test(text) ? 'COMMIT' : 'ROLLBACK');
    if (typeof query !== 'string' || call.length > 2 || !Array.isArray(values) || values.length === 0) {
      await ask(begin);
      return await ask(...call);
    }
    return await new Promise((resolve, reject) => {
      const answer: Answer = (cause, results = []) => (cause === null ? resolve(results.at(-1)) : reject(cause));
      ask(
        this.batch([
          { text: begin, values: [] },
          { text, values },
        ]),
        answer,
      );
    });
  }

  /** Sends statements of a transaction at once, with the BEGIN that was put off. Answers with the rows of each. */
  async #sendAll(ask: (...call: unknown[]) => unknown, statements: readonly BoundStatement[]): Promise<Answered> {
    const begin = this.#begin === undefined ? [] : [{ text: this.#begin, values: [] }];
    this.#begin = undefined;
    const batch = this.batch([...begin, ...statements]);
    const results = await new Promise<pg.QueryResult[]>((resolve, reject) => {
      const answer: Answer = (cause, answers = []) => (cause === null ? resolve(answers) : reject(cause));
      ask(batch, answer);
    });
    return { ...answered('BATCH'), rows: results.slice(-statements.length).map(({ rows }) => rows) };
  }

  #commitTo(lease: Lease): void {
    lease.holdings.isCommitted = true;
    lease.signal = undefined;
  }

  #cancelAfter(lease: Lease, statement: { text: string } | undefined, milliseconds: number): void {
    if (statement === undefined) return;
    const isOver = () => this.#lease !== lease || this.#running !== statement || lease.signal === undefined;
    const cancel = () => {
      if (isOver() || ROLLBACK.test(statement.text)) return;
      this.#cancelling = cancelRequest(this)
        .catch(() => {
          this.#isCertain = false;
        })
        .finally(() => {
          this.#cancelling = undefined;
          if (!isOver()) this.#cancelAfter(lease, statement, AGAIN_AFTER_MILLISECONDS);
        });
    };
    setTimeout(cancel, milliseconds).unref();
  }
}
