import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The shutdown of an HTTP server, in two steps. */
export interface Shutdown {
  /** Reports not ready for a while, so that load balancers go elsewhere, and keeps serving meanwhile. */
  drain(seconds: number): Promise<void>;
  /** Accepts no more connections, finishes running requests, and cuts off those that do not finish in time. */
  close(): Promise<void>;
}

const SWEEP_EVERY_MILLISECONDS = 50;
/** A request that is still incomplete after this time is cut off. */
const INCOMPLETE_WITHIN_MILLISECONDS = 3_000;
/** A request that is not answered after this time is cut off, because the rest of the process must be closed too. */
const ANSWERED_WITHIN_MILLISECONDS = 8_000;
const READINESS_PATHS = new Set(['/health', '/health/ready']);
const DRAINING = { status: 'down', parts: { process: 'down' } };

/** The open connections of a server, each with its current request. */
function followConnections(app: FastifyInstance): Map<Socket, FastifyRequest | undefined> {
  const open = new Map<Socket, FastifyRequest | undefined>();
  app.server.on('connection', (socket: Socket) => {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  });
  app.addHook('onRequest', (request, _reply, done) => {
    if (open.has(request.raw.socket)) open.set(request.raw.socket, request);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (open.has(request.raw.socket)) open.set(request.raw.socket, undefined);
    done();
  });
  return open;
}

/** Registers the shutdown. Must precede the routes, because hooks apply only to later ones. */
export function registerShutdown(app: FastifyInstance): Shutdown {
  const open = followConnections(app);
  let ending = false;
  app.addHook('onRequest', (request, reply, done) => {
    if (!ending) return done();
    void reply.header('connection', 'close');
    const [path = ''] = request.url.split('?');
    if (READINESS_PATHS.has(path)) void reply.code(503).send(DRAINING);
    else done();
  });

  const cut = (mayStay: (request: FastifyRequest | undefined) => boolean) => {
    for (const [socket, request] of open) if (!mayStay(request)) socket.destroy();
  };
  const sweep = () => {
    app.server.closeIdleConnections();
    // Node treats a connection that has received nothing as busy, and browsers open such connections as spares.
    for (const socket of open.keys()) if (socket.bytesRead === 0) socket.destroy();
  };

  return {
    async drain(seconds) {
      ending = true;
      await sleep(seconds * 1_000);
    },
    async close() {
      ending = true;
      const timers = [
        setInterval(sweep, SWEEP_EVERY_MILLISECONDS),
        setTimeout(() => cut((request) => request?.raw.complete === true), INCOMPLETE_WITHIN_MILLISECONDS),
        setTimeout(() => cut(() => false), ANSWERED_WITHIN_MILLISECONDS),
      ];
      await app.close().finally(() => timers.forEach(clearTimeout));
    },
  };
}
