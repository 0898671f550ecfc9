import { AsyncLocalStorage } from 'node:async_hooks';

/** The database resources of a request, shared by everything it runs. */
export interface Holdings {
  /** The client's network. */
  client: string;
  /** True if the request can use capacity reserved from other requests. */
  isPreferred: boolean;
  /**
   * The owner of the rows it works on. Requests with the same key share a few connections. Without a key there is no such
   * limit.
   */
  key?: string;
  /** Connections currently held. */
  connections: Set<{ isInTransaction(): boolean }>;
  /** True after its first commit. From then on the request runs to completion. */
  isCommitted: boolean;
}

/** The signal of a disconnect, or what creates it when it is needed. */
type HangUpSignal = AbortSignal | (() => AbortSignal);

interface Scope {
  signal: HangUpSignal | undefined;
  holdings: Holdings;
}

/** The client disconnected before the response was ready. Uses PostgreSQL's code for a cancelled statement. */
export class HungUp extends Error {
  readonly code = '57014';
  constructor() {
    super('The client disconnected.');
  }
}

const scopes = new AsyncLocalStorage<Scope | undefined>();

/** Runs the work of a client's request. `signal` is aborted with a HungUp when nobody waits for the response any more. */
export function inRequest<Result>(client: string, signal: HangUpSignal, work: () => Result): Result {
  return scopes.run(
    { signal, holdings: { client, isPreferred: false, connections: new Set(), isCommitted: false } },
    work,
  );
}

/** Runs work that belongs to no request even if a request started it, so that no disconnect stops it. */
export function outsideOfRequests<Result>(work: () => Result): Result {
  return scopes.run(undefined, work);
}

/** The client name of work shared by several requests. */
const SHARED = 'shared';

/** Runs one load for several requests. No disconnect stops it, and it takes its turn at the pool as a separate client. */
export function forSeveralRequests<Result>(work: () => Result): Result {
  const holdings = { client: SHARED, isPreferred: false, connections: new Set<never>(), isCommitted: false };
  return scopes.run({ signal: undefined, holdings }, work);
}

/** Runs work that must complete even if the client disconnects, such as counting a failed attempt. */
export function uninterrupted<Result>(work: () => Result): Result {
  const scope = scopes.getStore();
  return scope === undefined ? work() : scopes.run({ ...scope, signal: undefined }, work);
}

function signalOf({ signal }: Scope): AbortSignal | undefined {
  return typeof signal === 'function' ? signal() : signal;
}

/** Signal of the client's disconnect, or undefined if a disconnect stops nothing. */
export function hangUpSignal(): AbortSignal | undefined {
  const scope = scopes.getStore();
  return scope === undefined || scope.holdings.isCommitted ? undefined : signalOf(scope);
}

/** Returns true if nobody waits for the response of the current request any more. */
export function hasHungUp(): boolean {
  const scope = scopes.getStore();
  return scope !== undefined && signalOf(scope)?.aborted === true;
}

/** The database resources of the current request, or undefined outside requests. */
export function requestHoldings(): Holdings | undefined {
  return scopes.getStore()?.holdings;
}

/** Sets the owner of the rows that the rest of the request works on: the typed identifier until the user is known. */
export function workOnRowsOf(key: string): void {
  const holdings = requestHoldings();
  if (holdings !== undefined) holdings.key = key;
}

/** Lets the rest of the request use reserved capacity. */
export function preferRequest(): void {
  const holdings = requestHoldings();
  if (holdings !== undefined) holdings.isPreferred = true;
}

/** The client for fair queueing. All work outside requests shares one. */
export function requestClient(): string {
  return requestHoldings()?.client ?? '';
}
