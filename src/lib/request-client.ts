import { cancelRequest } from './cancel-request.js';
import type { Holdings } from './request-scope.js';
import { SteadyClient, type SteadyClientConfig, textOf } from './steady-client.js';

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
        this.#running = { text };
        return ask(...call);
      };
      return this.#cancelling === undefined ? send() : this.#cancelling.then(send);
    }) as typeof this.query;
  }

  /**
   * Starts working for a request. The returned function ends that. If a cancellation has to be awaited, it returns a promise of
   * whether the connection can be reused.
   */
  serve(lease: Lease): () => Promise<boolean> | undefined {
    this.#lease = lease;
    this.#running = undefined;
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
    return status === 'T' || status === 'E';
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
