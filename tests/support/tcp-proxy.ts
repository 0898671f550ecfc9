import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server that a test can cut and mend. */
export interface TcpProxy {
  /** The server's URL by way of the proxy. */
  url: string;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Swallows every byte, of old connections and of new ones, and keeps them open. */
  silence(): void;
  /** Leads new connections to another server; the old ones stay where they are. */
  leadTo(target: string): void;
  /** Passes bytes on again for new connections; the old ones stay silent. */
  speakAnew(): void;
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** Opens a proxy before the server of a URL; closed when the test is finished. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  let { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: () => Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other().destroy();
    });
  };
  let silent = false;
  const silencers = new Set<() => void>();
  const open = () =>
    createServer((client) => {
      const server = connect(Number(port), hostname);
      keep(client, () => server);
      keep(server, () => client);
      let mute = silent;
      silencers.add(() => {
        mute = true;
      });
      client.on('data', (bytes) => void (mute || server.write(bytes)));
      server.on('data', (bytes) => void (mute || client.write(bytes)));
    });
  let proxy = open();
  const ownPort = await listening(proxy, 0);
  const cut = async () => {
    const closed = new Promise<void>((resolve) => proxy.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(cut);
  const url = new URL(target);
  url.port = String(ownPort);
  return {
    url: url.href,
    cut,
    async mend() {
      proxy = open();
      await listening(proxy, ownPort);
    },
    leadTo(next) {
      ({ hostname, port } = new URL(next));
    },
    silence() {
      silent = true;
      for (const mute of silencers) mute();
    },
    speakAnew() {
      silent = false;
    },
  };
}
