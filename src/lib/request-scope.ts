import { AsyncLocalStorage } from 'node:async_hooks';

/** What a request holds of the database; shared by everything that it runs. */
export interface Holdings {
  /** The network that it comes from. */
  client: string;
  /** Whether it may also have what is kept from the other requests. */
  isPreferred: boolean;
  /** Whose rows it works on; requests of one key share a few connections. Without one it takes whatever is free. */
  key?: string;
  /** The connections that it holds. */
  connections: Set<{ isInTransaction(): boolean }>;
  /** Whether something of it was committed: from then on it goes to its end. */
  isCommitted: boolean;
}

interface Scope {
  signal: AbortSignal | undefined;
  holdings: Holdings;
}

/** The client went away before its answer was there. Stands for a statement that was cancelled, as PostgreSQL names it. */
export class HungUp extends Error {
  readonly code = '57014';
  constructor() {
    super('The client hung up.');
  }
}

const scopes = new AsyncLocalStorage<Scope | undefined>();

/** Runs what answers a request of a client; `signal` is aborted with a HungUp when nobody waits for the answer any more. */
export function inRequest<Result>(client: string, signal: AbortSignal, work: () => Result): Result {
  return scopes.run(
    { signal, holdings: { client, isPreferred: false, connections: new Set(), isCommitted: false } },
    work,
  );
}

/** Runs what belongs to no request, though one may have begun it: no client's end stops it. */
export function outsideOfRequests<Result>(work: () => Result): Result {
  return scopes.run(undefined, work);
}

/** The client that stands for what several requests share. */
const SHARED = 'shared';

/** Runs one load for several requests: no client's end stops it, and it takes its turn at the pool as a client of its own. */
export function forSeveralRequests<Result>(work: () => Result): Result {
  const holdings = { client: SHARED, isPreferred: false, connections: new Set<never>(), isCommitted: false };
  return scopes.run({ signal: undefined, holdings }, work);
}

/** Runs what must come to its end even if the client goes, as the counting of a wrong try. */
export function uninterrupted<Result>(work: () => Result): Result {
  const scope = scopes.getStore();
  return scope === undefined ? work() : scopes.run({ ...scope, signal: undefined }, work);
}

/** Tells when the client of the present request hangs up; undefined where that stops nothing. */
export function hangUpSignal(): AbortSignal | undefined {
  const scope = scopes.getStore();
  return scope === undefined || scope.holdings.isCommitted ? undefined : scope.signal;
}

/** Whether nobody waits for the answer of the present request any more. */
export function hasHungUp(): boolean {
  return scopes.getStore()?.signal?.aborted === true;
}

/** What the present request holds; undefined outside of requests. */
export function requestHoldings(): Holdings | undefined {
  return scopes.getStore()?.holdings;
}

/** Tells whose rows the rest of the request works on. Named by what was typed until the caller is known. */
export function workOnRowsOf(key: string): void {
  const holdings = requestHoldings();
  if (holdings !== undefined) holdings.key = key;
}

/** Lets the rest of the request also have what is kept from the others. */
export function preferRequest(): void {
  const holdings = requestHoldings();
  if (holdings !== undefined) holdings.isPreferred = true;
}

/** Whose turn it is where clients take turns; what belongs to no request shares one. */
export function requestClient(): string {
  return requestHoldings()?.client ?? '';
}
