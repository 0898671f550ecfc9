import type pg from 'pg';
import { createGate, type Gate, type Leave } from '../lib/gate.js';
import type { Lease, RequestClient } from '../lib/request-client.js';
import { type Holdings, hangUpSignal, requestHoldings } from '../lib/request-scope.js';

/** Longest wait of a request for others, in milliseconds. */
const WAIT_MILLISECONDS = 5_000;
const MOST_CONNECTIONS_PER_KEY = 3;
/** One key holds at most one connection in this many. */
const SHARE_OF_POOL = 4;

/** One connection in this many is reserved for requests that start or refresh a session. */
const SHARE_OF_SIGN_INS = 4;

type Client = pg.PoolClient & RequestClient;
type Done = (cause?: Error, client?: Client, release?: Client['release']) => void;

/** Carries PostgreSQL's code for a lock that was not available in time. */
class Busy extends Error {
  readonly code = '55P03';
  constructor() {
    super('All connections available to this request are in use.');
  }
}

/** Takes a place for a request. Waits no longer than the limit, and no longer than the client does. */
async function placeIn(gate: Gate, key: string, hangUp: AbortSignal | undefined): Promise<Leave> {
  const limit = () => {
    const late = AbortSignal.timeout(WAIT_MILLISECONDS);
    return hangUp === undefined ? late : AbortSignal.any([late, hangUp]);
  };
  try {
    const taken = await gate.take(key, limit);
    if (taken !== 'full') return taken;
  } catch {
    hangUp?.throwIfAborted();
  }
  throw new Busy();
}

/** Creates places by key: requests that work on the same rows share a few. */
function createRows(perKey: number) {
  const gates = new Map<string, Gate>();
  return async (key: string, client: string, hangUp: AbortSignal | undefined): Promise<Leave> => {
    const gate = gates.get(key) ?? createGate({ places: perKey, queueLimit: Number.POSITIVE_INFINITY });
    gates.set(key, gate);
    const forget = () => {
      const { running, waiting } = gate.load();
      if (running + waiting === 0) gates.delete(key);
    };
    const leave = await placeIn(gate, client, hangUp).catch((cause: unknown) => {
      forget();
      throw cause;
    });
    return () => {
      leave();
      forget();
    };
  };
}

/** The number of connections that one key can hold, which is less than the unreserved part of the pool. */
function perKey(connections: number): number {
  const share = Math.max(2, Math.floor(connections / SHARE_OF_POOL));
  return Math.max(1, Math.min(share, MOST_CONNECTIONS_PER_KEY, connections - 2));
}

/**
 * The places that a request takes before it gets a connection: among the requests on its rows, in the part of the pool that
 * is not reserved for sign-ins, and in its turn among the clients.
 */
function createPlaces(connections: number) {
  const rows = createRows(perKey(connections));
  const kept = Math.floor(connections / SHARE_OF_SIGN_INS);
  const others = createGate({ places: connections - kept, queueLimit: Number.POSITIVE_INFINITY });
  const all = createGate({ places: connections, queueLimit: Number.POSITIVE_INFINITY });
  const waiting = () => others.load().waiting + all.load().waiting;
  const enter = async (holdings: Holdings, hangUp: AbortSignal | undefined): Promise<Leave> => {
    const { key, client, isPreferred } = holdings;
    const taken: Leave[] = [];
    const leave = () => {
      for (const one of taken.toReversed()) one();
    };
    try {
      if (key !== undefined) taken.push(await rows(key, client, hangUp));
      if (!isPreferred) taken.push(await placeIn(others, client, hangUp));
      taken.push(await placeIn(all, client, hangUp));
      return leave;
    } catch (cause) {
      leave();
      throw cause;
    }
  };
  return { enter, waiting };
}

const waitingFor = new WeakMap<pg.Pool, () => number>();

/** The number of requests that wait for their turn at a pool, without those that wait for others on the same rows. */
export function requestsWaiting(pool: pg.Pool): number {
  return waitingFor.get(pool)?.() ?? 0;
}

/** Waits for a connection no longer than the client waits. A connection that comes too late is released at once. */
function untilHungUp(connecting: Promise<Client>, signal: AbortSignal | undefined): Promise<Client> {
  if (signal === undefined) return connecting;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    connecting.then((client) => {
      signal.removeEventListener('abort', giveUp);
      if (signal.aborted) client.release();
      else resolve(client);
    }, reject);
  });
}

/** Lends the client to a request. It returns to the pool once nothing of the request can use it any more. */
function lend(client: Client, lease: Lease, leave: Leave | undefined): Client {
  const release = client.release.bind(client);
  const end = client.serve(lease);
  lease.holdings.connections.add(client);
  const giveBack = (broken?: Error | boolean) => {
    lease.holdings.connections.delete(client);
    release(broken);
    leave?.();
  };
  client.release = (broken) => {
    const quiet = end();
    if (quiet === undefined) giveBack(broken);
    else void quiet.then((isCertain) => giveBack(broken ?? !isCertain));
  };
  return client;
}

/**
 * Makes a pool serve requests. A client that hangs up releases what it waits for and what it holds. Requests on the same
 * rows, which wait for one another anyway, hold a few connections, and the rest wait in memory. Clients take turns, and a
 * part of the pool is reserved for sign-ins.
 */
export function serveRequests(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as (done?: Done) => Promise<Client>;
  const places = createPlaces(pool.options.max);
  waitingFor.set(pool, places.waiting);
  const hasFree = () => pool.waitingCount === 0 && (pool.idleCount > 0 || pool.totalCount < pool.options.max);
  /** Requests that waited for a connection while a transaction of theirs holds one could deadlock. */
  const enter = async (holdings: Holdings, signal: AbortSignal | undefined): Promise<Leave | undefined> => {
    const mustNotWait = [...holdings.connections].some((held) => held.isInTransaction());
    if (!mustNotWait) return await places.enter(holdings, signal);
    if (!hasFree()) throw new Busy();
    return undefined;
  };
  const take = async (holdings: Holdings): Promise<Client> => {
    const signal = hangUpSignal();
    signal?.throwIfAborted();
    const leave = await enter(holdings, signal);
    try {
      return lend(await untilHungUp(connect(), signal), { signal, holdings }, leave);
    } catch (cause) {
      leave?.();
      throw cause;
    }
  };
  pool.connect = ((done?: Done) => {
    const holdings = requestHoldings();
    if (holdings === undefined) return connect(done);
    const taken = take(holdings);
    if (done === undefined) return taken;
    taken.then(
      (client) => done(undefined, client, client.release),
      (cause: Error) => done(cause),
    );
    return undefined;
  }) as typeof pool.connect;
}
