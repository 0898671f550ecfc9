import type pg from 'pg';
import { SteadyClient } from '../lib/steady-client.js';

/** A server that is stopping, or that takes no writes any more, as after a fail-over. */
const serverStates = /^(25006|57P0[123])/;

/**
 * Once a connection of the pool is lost at work, or leads to a server that is stopping or takes no writes any more, the others
 * of its time lead there as well: those at rest are removed, and those at work are not used again.
 */
export function dropStaleConnections(pool: pg.Pool): void {
  const connected = new Set<SteadyClient>();
  const resting = new Set<SteadyClient>();
  const dropAll = () => {
    for (const client of connected) client.spoil();
    const idle = [...resting];
    connected.clear();
    resting.clear();
    // The pool removes a client at rest that tells of an error at once; one that is only closed it would lend once more.
    for (const client of idle)
      client.emit('error', new Error('The connection leads to a server that is no longer the right one.'));
  };
  pool.on('connect', (client) => {
    if (!(client instanceof SteadyClient)) return;
    connected.add(client);
    const dropIf = (isStale: boolean) => {
      if (isStale && connected.has(client)) dropAll();
    };
    client.onSpoiled = (state) => dropIf(serverStates.test(state));
    client.on('error', () => dropIf(!resting.has(client)));
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
