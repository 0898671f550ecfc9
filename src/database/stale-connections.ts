import type pg from 'pg';
import { isReadOnlyServer, READ_ONLY_SERVER } from '../lib/database-errors.js';
import { SteadyClient } from '../lib/steady-client.js';

/**
 * Once a connection of the pool leads to a server that takes no writes any more, as after a fail-over, the others of its
 * time lead there as well: those at rest are removed, and those at work are not used again.
 */
export function dropStaleConnections(pool: pg.Pool): void {
  const connected = new Set<SteadyClient>();
  const resting = new Set<SteadyClient>();
  const dropAll = () => {
    for (const client of connected) client.spoil();
    // The pool removes a client at rest that tells of an error at once; one that is only closed it would lend once more.
    for (const client of resting) client.emit('error', new Error('The server takes no writes any more.'));
    connected.clear();
    resting.clear();
  };
  pool.on('connect', (client) => {
    if (!(client instanceof SteadyClient)) return;
    connected.add(client);
    client.onSpoiled = (state) => {
      if (state === READ_ONLY_SERVER && connected.has(client)) dropAll();
    };
  });
  pool.on('acquire', (client) => resting.delete(client as unknown as SteadyClient));
  pool.on('release', (_cause, client) => {
    if (connected.has(client as unknown as SteadyClient)) resting.add(client as unknown as SteadyClient);
  });
  pool.on('remove', (client) => {
    connected.delete(client as unknown as SteadyClient);
    resting.delete(client as unknown as SteadyClient);
  });
}

/** Does work that is one statement or one transaction, and once more where the server took no writes: nothing of it was kept. */
export async function onNewServer<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!isReadOnlyServer(cause)) throw cause;
  }
  return await work();
}
