import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The name of a password among the breached ones. */
export function digestOf(password: string): string {
  return createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase();
}

/** A question as it reached the server. */
export interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
}

/** A mirror of the range API, whose mood a test sets. */
export interface RangeServer {
  url: string;
  asked: Asked[];
  /** The passwords that it knows as breached. */
  breached: Set<string>;
  /** The status of its answers. */
  status: number;
  /** What it answers to every question, where it is not a range. */
  page: string | undefined;
  /** While set, a question gets no answer before it resolves. */
  hold: Promise<void> | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CRLF = '\r\n';
const PREFIX = /^\/range\/([0-9A-F]{5})(?:\?mode=sha1)?$/;

/** The lines of a range, between one line of another password and one of padding. */
export function rangeOf(prefix: string, passwords: Iterable<string>): string {
  const found = [...passwords].map(digestOf).filter((digest) => digest.startsWith(prefix));
  const lines = found.map((digest) => `${digest.slice(5)}:42`);
  return [`${'0'.repeat(34)}1:3`, ...lines, `${'F'.repeat(35)}:0`].join(CRLF);
}

function build(state: RangeServer): Server {
  return createServer(async (request, response) => {
    const path = request.url ?? '';
    state.asked.push({ path, headers: request.headers });
    await state.hold;
    const prefix = PREFIX.exec(path)?.[1];
    response.statusCode = prefix === undefined ? 400 : state.status;
    response.end(state.page ?? rangeOf(prefix ?? '', state.breached));
  });
}

/** Starts a mirror on a port of its own, which it keeps when it is stopped and started again. */
export async function rangeServer(breached: string[] = []): Promise<RangeServer> {
  let server: Server | undefined;
  let port = 0;
  const state: RangeServer = {
    url: '',
    asked: [],
    breached: new Set(breached),
    status: 200,
    page: undefined,
    hold: undefined,
    async start() {
      const next = build(state);
      await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
      port = (next.address() as AddressInfo).port;
      state.url = `http://127.0.0.1:${port}`;
      server = next;
    },
    async stop() {
      const last = server;
      server = undefined;
      last?.closeAllConnections();
      if (last !== undefined) await new Promise<void>((resolve) => last.close(() => resolve()));
    },
  };
  await state.start();
  onTestFinished(() => state.stop());
  return state;
}
