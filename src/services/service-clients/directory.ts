import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { tick } from '../../lib/clock.js';
import type { Query, Statement } from '../../lib/query.js';
import { forSeveralRequests } from '../../lib/request-scope.js';
import { CHECKED_COLUMNS, type CheckedClient, toServiceClient } from './record.js';

/** The service clients that were used lately, in memory. */
export interface ServiceClientDirectory {
  /**
   * Returns a client; null if there is none. It is read at most `maxAge` milliseconds ago, if given. Rejects if it is not in
   * memory and the database is unavailable.
   */
  find(id: string, maxAge?: number): Promise<CheckedClient | null>;
  /** Forgets a client, which has changed. */
  forget(id: string): void;
  /** Forgets every client, because changes may have been missed. */
  forgetAll(): void;
}

/** Dependencies of the directory. */
export interface DirectoryOptions {
  query: Query;
  /** Returns whether notices of changes arrive. While they do not, clients are read far more often. */
  isListening(): boolean;
}

/** How long a client is believed, as the list of revoked sessions is read. */
const LISTENING_MILLISECONDS = 15_000;
const DEAF_MILLISECONDS = 500;
const MOST_CLIENTS = 1_000;
const CLIENTS_PER_QUERY = 200;

const READ: Statement = {
  name: 'service-clients',
  text: `SELECT ${CHECKED_COLUMNS} FROM service_clients WHERE id = ANY($1::uuid[])`,
};

interface Known {
  client: CheckedClient | null;
  readAt: number;
}

function createLoader(query: Query) {
  const read = async (ids: readonly string[]) => {
    const rows = await forSeveralRequests(() => query(READ, [ids]));
    const found = new Map(rows.map((row) => [row.id, toServiceClient(row) as CheckedClient]));
    return ids.map((id) => found.get(id) ?? null);
  };
  return new DataLoader(read, { cache: false, maxBatchSize: CLIENTS_PER_QUERY, batchScheduleFn: setImmediate });
}

/** Creates the directory of one process. Ids without a client are kept apart, so that a flood of them displaces no client. */
export function createServiceClientDirectory({ query, isListening }: DirectoryOptions): ServiceClientDirectory {
  const loader = createLoader(query);
  const clients = new LRUCache<string, Known>({ max: MOST_CLIENTS });
  const strangers = new LRUCache<string, Known>({ max: MOST_CLIENTS });
  const reading = new Map<string, Promise<CheckedClient | null>>();

  const read = (id: string): Promise<CheckedClient | null> => {
    const running = reading.get(id);
    if (running !== undefined) return running;
    const readAt = tick();
    const begun = loader.load(id).then((client) => {
      // A client that was forgotten meanwhile may have been read before its change.
      if (reading.get(id) === begun) (client === null ? strangers : clients).set(id, { client, readAt });
      return client;
    });
    reading.set(id, begun);
    const end = () => {
      if (reading.get(id) === begun) reading.delete(id);
    };
    begun.then(end, end);
    return begun;
  };

  return {
    async find(id, maxAge = Number.POSITIVE_INFINITY) {
      const known = clients.get(id) ?? strangers.get(id);
      const fresh = isListening() ? LISTENING_MILLISECONDS : DEAF_MILLISECONDS;
      return known !== undefined && tick() - known.readAt < Math.min(fresh, maxAge) ? known.client : await read(id);
    },
    forget(id) {
      for (const one of [clients, strangers, reading]) one.delete(id);
    },
    forgetAll() {
      for (const one of [clients, strangers, reading]) one.clear();
    },
  };
}
