import type pg from 'pg';
import { createGate, type Gate } from '../lib/gate.js';
import type { Lease, RequestClient } from '../lib/request-client.js';
import { type Holdings, hangUpSignal, requestHoldings } from '../lib/request-scope.js';

/** How long a request may wait for others that work on the same rows, in milliseconds. */
const WAIT_FOR_ROWS_MILLISECONDS = 5_000;
const MOST_CONNECTIONS_PER_KEY = 3;
/** One key holds no more of the pool than this part. */
const SHARE_OF_POOL = 4;

type Client = pg.PoolClient & RequestClient;
type Leave = () => void;
type Done = (cause?: Error, client?: Client, release?: Client['release']) => void;

/** Stands for a lock that could not be had in time, as PostgreSQL names it. */
class RowsBusy extends Error {
  readonly code = '55P03';
  constructor() {
    super('Others hold all connections that may work on these rows.');
  }
}

/** Places of which requests of one key share a few; a request that holds a connection takes another freely, lest it wait for itself. */
function createPlaces(perKey: number) {
  const gates = new Map<string, Gate>();
  const enter = async (gate: Gate, key: string, signal: AbortSignal | undefined): Promise<Leave> => {
    const taken = Promise.withResolvers<Leave>();
    const task = () => new Promise<void>((leave) => taken.resolve(leave));
    const late = AbortSignal.timeout(WAIT_FOR_ROWS_MILLISECONDS);
    const limit = AbortSignal.any(signal === undefined ? [late] : [late, signal]);
    gate
      .enter(task, limit)
      .catch(() => taken.reject(signal?.aborted === true ? signal.reason : new RowsBusy()))
      .finally(() => {
        const { running, waiting } = gate.load();
        if (running + waiting === 0) gates.delete(key);
      });
    return await taken.promise;
  };
  return async ({ key, connections }: Holdings, signal: AbortSignal | undefined): Promise<Leave | undefined> => {
    if (key === undefined || connections > 0) return undefined;
    const gate = gates.get(key) ?? createGate(perKey, Number.POSITIVE_INFINITY);
    gates.set(key, gate);
    return await enter(gate, key, signal);
  };
}

/** Waits for a connection no longer than the client waits; one that comes too late goes back at once. */
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

/** Lends the client to a request; it comes back once nothing of the request can touch it any more. */
function lend(client: Client, lease: Lease, leave: Leave | undefined): Client {
  const release = client.release.bind(client);
  const end = client.serve(lease);
  lease.holdings.connections += 1;
  const giveBack = (broken?: Error | boolean) => {
    lease.holdings.connections -= 1;
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
 * Makes a pool serve requests: a client that hangs up frees what it waits for and what it holds, and requests that work on
 * the same rows, which wait for one another anyhow, hold a few connections and wait for the rest in memory.
 */
export function serveRequests(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as (done?: Done) => Promise<Client>;
  const places = createPlaces(
    Math.min(MOST_CONNECTIONS_PER_KEY, Math.max(2, Math.floor(pool.options.max / SHARE_OF_POOL))),
  );
  const take = async (holdings: Holdings): Promise<Client> => {
    const signal = hangUpSignal();
    signal?.throwIfAborted();
    const leave = await places(holdings, signal);
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
