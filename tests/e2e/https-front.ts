import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificateOf } from '../support/certificates.js';
import { whenFinished } from '../support/cleanup.js';

/** A proxy that speaks HTTPS to a browser. */
export interface HttpsFront {
  origin: string;
  /** Sends requests to the gateway that listens on this port of this machine. */
  leadTo(port: number): void;
}

/** Starts a proxy on `localhost`, as production has one; it tells the gateway the address of the client. */
export async function httpsFront(): Promise<HttpsFront> {
  const { certificate, key } = certificateOf('localhost');
  let target = 0;
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (incoming, outgoing) => {
    const headers = {
      ...incoming.headers,
      'x-forwarded-for': incoming.socket.remoteAddress ?? '',
      'x-forwarded-proto': 'https',
    };
    const { method, url: path } = incoming;
    const passed = request({ host: '127.0.0.1', port: target, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    leadTo(port) {
      target = port;
    },
  };
}
