import type pg from 'pg';
import { SteadyClient } from '../lib/steady-client.js';

/** SQLSTATE codes of a server that is stopping or no longer accepts writes, as after a failover. */
const serverStates = /^(25006|57P0[123])/;

/**
 * If a connection of the pool is lost in use, or leads to a server that is stopping or no longer accepts writes, the
 * existing connections lead there as well. Idle ones are removed, and those in use are not used again.
 */
export function dropStaleConnections(pool: pg.Pool): void {
  const connected = new Set<SteadyClient>();
  const resting = new Set<SteadyClient>();
  const dropAll = () => {
    for (const client of connected) client.spoil();
    const idle = [...resting];
    connected.clear();
    resting.clear();
    // The pool removes an idle client that emits an error at once; one that is only closed would be lent once more.
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
