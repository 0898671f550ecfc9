import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { clientNetwork, widerNetworks } from '../lib/client-network.js';
import { sparingWarning } from '../lib/sparing-warning.js';
import { createProxyTrust } from './trusted-proxies.js';

/**
 * One client network, including a customer's wider one, can hold this share of all connections, and never less than the
 * minimum.
 */
const SHARE_OF_A_CLIENT = 0.5;
const LEAST_OF_A_CLIENT = 64;

/** Limits the connections of each client network. Those of trusted proxies belong to many clients and are not counted. */
function boundClients({ server }: FastifyInstance, { settings, logger }: Dependencies): void {
  const most = Math.max(LEAST_OF_A_CLIENT, Math.floor(settings.maxConnections * SHARE_OF_A_CLIENT));
  const isProxy = createProxyTrust(settings.trustedProxies);
  const counts = new Map<string, number>();
  const message = 'connections of one client are dropped; it has its share of MAX_CONNECTIONS';
  const warn = sparingWarning(logger, { connections: most }, message);
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isProxy(address, 0)) return;
    const networks = [clientNetwork(address), ...widerNetworks(address).map(({ network }) => network)];
    for (const network of networks) counts.set(network, (counts.get(network) ?? 0) + 1);
    socket.once('close', () => {
      for (const network of networks) {
        const left = (counts.get(network) ?? 1) - 1;
        if (left === 0) counts.delete(network);
        else counts.set(network, left);
      }
    });
    if (networks.every((network) => (counts.get(network) ?? 0) <= most)) return;
    socket.destroy();
    warn();
  });
}

/**
 * Closes connections above the limit at once, so that a flood of them does not exhaust the file descriptors of the process.
 * Idle keep-alive connections make room for the next. One client network cannot take all of them.
 */
export function boundConnections(app: FastifyInstance, dependencies: Dependencies): void {
  const { server } = app;
  const { settings, logger } = dependencies;
  server.maxConnections = settings.maxConnections;
  const message = 'connections are dropped; MAX_CONNECTIONS is reached';
  const warn = sparingWarning(logger, { connections: settings.maxConnections }, message);
  server.on('drop', () => {
    server.closeIdleConnections();
    warn();
  });
  boundClients(app, dependencies);
}
