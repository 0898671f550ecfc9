import { connect, createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: one of those could be taken before our server has it. */
const FIRST_PORT = 20_000;
const PORTS_OF_A_WORKER = 1_500;

// Test files that run at once choose from ports of their own; none is given twice to one of them.
const firstOfWorker = FIRST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % 8) * PORTS_OF_A_WORKER;
let next = Math.floor(Math.random() * PORTS_OF_A_WORKER);

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port that nobody listens on now, and that nobody but the caller will. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS_OF_A_WORKER; tried += 1) {
    const port = firstOfWorker + next;
    next = (next + 1) % PORTS_OF_A_WORKER;
    if (await canListen(port)) return port;
  }
  throw new Error('No port is free.');
}

/** Whether somebody listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
