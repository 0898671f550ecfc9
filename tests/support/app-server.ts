import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ENTRY = fileURLToPath(new URL('../../packages/apollo-client/tests/browser/proof-app.tsx', import.meta.url));
const PAGE = '<!doctype html><html lang="en"><title>Proof</title><body><script type="module" src="/app.js"></script>';

/** What happens to one request: the answer that is sent instead, or when and how the real one arrives. */
export interface Fate {
  /** Answers instead of the gateway. */
  instead?: { status: number; body: string; headers?: Record<string, string> };
  /** Closes the connection before the gateway has heard of it. */
  cut?: boolean;
  /** The gateway answers, but the connection is closed before the answer arrives. */
  lost?: boolean;
  /** Sends the answer only after this. */
  hold?: Promise<unknown>;
  /** Changes the headers that the gateway receives. */
  headers?: Record<string, string>;
}

/** Serves the app, and the gateway under the same origin, and counts. */
export interface AppServer {
  origin: string;
  /** The names of the operations that arrived, in order. */
  sent: string[];
  /** Decides on each request. */
  fate: (operation: string) => Fate | undefined;
  /** Counts the operations of this name since the last reset. */
  count(operation: string): number;
  reset(): void;
  /** Sets the gateway, whose settings name the origin of this server. */
  connect(gateway: string): void;
  close(): Promise<void>;
}

/** Bundles an app as a developer's server or as a build does: the one of the package, or that of another file. */
export async function bundleApp(mode: 'development' | 'production', input = ENTRY): Promise<string> {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    resolve: {
      extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
      conditionNames: [mode, 'import', 'browser', 'default'],
    },
    transform: {
      define: { 'process.env.NODE_ENV': JSON.stringify(mode), 'globalThis.__DEV__': String(mode === 'development') },
    },
  });
  const { output } = await bundle.generate({ format: 'esm', minify: mode === 'production' });
  await bundle.close();
  return output[0].code;
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}

function operationIn(body: string): string {
  const { operationName, query = '' } = JSON.parse(body) as { operationName?: string; query?: string };
  return operationName ?? /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? 'anonymous';
}

/** Passes the request on as it is, and returns the gateway's answer. */
async function forward(gateway: string, incoming: IncomingMessage, body: string, headers: Record<string, string> = {}) {
  const options = { method: incoming.method, headers: { ...incoming.headers, ...headers } };
  const outgoing = send(`${gateway}${incoming.url}`, options);
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 502, headers: answer.rawHeaders, body: await textOf(answer) };
}

async function answer(server: AppServer & { gateway: string }, incoming: IncomingMessage, response: ServerResponse) {
  const body = await textOf(incoming);
  const operation = incoming.method === 'POST' ? operationIn(body) : 'OPTIONS';
  server.sent.push(operation);
  const { instead, cut, lost, hold, headers } = server.fate(operation) ?? {};
  if (instead !== undefined) {
    await hold;
    response.writeHead(instead.status, { 'content-type': 'application/json', ...instead.headers }).end(instead.body);
    return;
  }
  if (cut === true) return void incoming.socket.destroy();
  const given = await forward(server.gateway, incoming, body, headers);
  await hold;
  if (lost === true) return void incoming.socket.destroy();
  response.writeHead(given.status, given.headers).end(given.body);
}

/** Starts such a server, with TLS if given a key and its certificate. */
export async function serveApp(script: string, tls?: { key: Buffer; cert: Buffer }): Promise<AppServer> {
  const respond = (incoming: IncomingMessage, response: ServerResponse): void => {
    if (incoming.url === '/graphql') answer(server, incoming, response).catch(() => response.destroy());
    else if (incoming.url === '/app.js') response.setHeader('content-type', 'text/javascript').end(script);
    else response.setHeader('content-type', 'text/html').end(PAGE);
  };
  const http = tls === undefined ? createServer(respond) : createTlsServer(tls, respond);
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const server = {
    origin: `${tls === undefined ? 'http' : 'https'}://localhost:${(http.address() as AddressInfo).port}`,
    gateway: '',
    sent: [] as string[],
    fate: (_operation: string): Fate | undefined => undefined,
    count: (operation: string) => server.sent.filter((name) => name === operation).length,
    reset(): void {
      server.sent.length = 0;
      server.fate = () => undefined;
    },
    connect(gateway: string): void {
      server.gateway = gateway;
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
