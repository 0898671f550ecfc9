import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import pg from 'pg';
import { inject, vi } from 'vitest';
import type { CapturedMail } from '../../src/mail/captured-mail.js';
import { whenFinished } from './cleanup.js';
import { freePort } from './ports.js';
import { temporaryDirectory } from './temporary-directory.js';

// The first of these tests also builds, and each starts whole processes beside other tests.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

/** A process that starts beside many others takes its time. */
export const READY_WITHIN_MILLISECONDS = 60_000;
const BUILD_LOCK = 7_105_399;
const DIST = resolve('dist');

let built: Promise<void> | undefined;

/** Builds the processes when the build is older than its sources; of the test files that run at once, one does it. */
export function ensureBuilt(): Promise<void> {
  built ??= (async () => {
    const client = new pg.Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    try {
      await client.query('SELECT pg_advisory_lock($1)', [BUILD_LOCK]);
      execFileSync(process.execPath, ['scripts/ensure-built.js'], { stdio: 'pipe' });
    } finally {
      await client.end();
    }
  })();
  return built;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process of the embedded PostgreSQL under a data directory, while there is one. */
export function embeddedPid(dataDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    return processExists(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function stopEmbedded(dataDir: string): Promise<void> {
  const pid = embeddedPid(dataDir);
  if (pid === undefined) return;
  process.kill(pid, 'SIGINT');
  while (processExists(pid)) await sleep(20);
}

/**
 * A data directory for this test; whatever database still runs in it is stopped when the test is finished. A prepared one is
 * as the first start of a process leaves it, for tests that are not about that start.
 */
export function dataDirectory(state: 'empty' | 'prepared' = 'empty'): string {
  const directory = temporaryDirectory('process');
  if (state === 'prepared') execFileSync('cp', ['-a', `${inject('preparedDataDir')}/.`, directory]);
  whenFinished(async () => {
    await stopEmbedded(directory);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** What a request to a process carries beside its document. */
export interface ChildAsk {
  token?: string;
  cookie?: string;
  headers?: Record<string, string>;
  /** The client's address, as a proxy tells it; the process must trust this machine. */
  from?: string;
}

/** An answer of a process. */
export interface ChildAnswer<Data> {
  status: number;
  headers: Headers;
  body: string;
  data: Data;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

/** A process of ours. */
export interface ChildGateway {
  url: string;
  port: number;
  pid: number;
  /** What it wrote so far, both channels. */
  output(): string;
  stdout(): string;
  stderr(): string;
  /** Writes to its input and closes it. */
  type(text: string): void;
  signal(signal: NodeJS.Signals): void;
  /** Waits for its end and tells its exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | string>;
  ready(): Promise<void>;
  ask<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    ask?: ChildAsk,
  ): Promise<ChildAnswer<Data>>;
  /** Asks with a document as text, for what no typed client would send. */
  send(query: string, variables?: unknown, ask?: ChildAsk): Promise<ChildAnswer<Record<string, unknown> | null>>;
  mails(): Promise<CapturedMail[]>;
}

/** How a process is started. */
export interface StartOptions {
  /** The built file under dist. */
  entry?: 'main' | 'worker' | `cli/${string}`;
  dataDir: string;
  env?: Record<string, string>;
  words?: string[];
  port?: number;
  /** The working directory; one without an `.env` where none is given. */
  cwd?: string;
}

function headersOf({ token, cookie, headers = {}, from }: ChildAsk): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(cookie === undefined ? {} : { cookie }),
    ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    ...headers,
  };
}

function wrap(child: ChildProcess, port: number): ChildGateway {
  const chunks: { channel: 'out' | 'err'; text: string }[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push({ channel: 'out', text: chunk.toString() }));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push({ channel: 'err', text: chunk.toString() }));
  const textOf = (wanted?: string) =>
    chunks
      .filter(({ channel }) => wanted === undefined || channel === wanted)
      .map(({ text }) => text)
      .join('');
  const closed = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const url = `http://127.0.0.1:${port}`;
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  const send: ChildGateway['send'] = async (query, variables, ask = {}) => {
    const request = { method: 'POST', headers: headersOf(ask), body: JSON.stringify({ query, variables }) };
    const response = await fetch(`${url}/graphql`, request);
    const { status, headers } = response;
    const body = await response.text();
    return { status, headers, body, ...JSON.parse(body) };
  };
  return {
    url,
    port,
    pid: child.pid ?? 0,
    output: () => textOf(),
    stdout: () => textOf('out'),
    stderr: () => textOf('err'),
    type: (text) => void child.stdin?.end(text),
    signal,
    ended: () => closed,
    async stop() {
      signal('SIGTERM');
      return await closed;
    },
    async ready() {
      const until = Date.now() + READY_WITHIN_MILLISECONDS;
      for (;;) {
        const response = await fetch(`${url}/health/ready`).catch(() => undefined);
        if (response?.ok) return;
        if (child.exitCode !== null || Date.now() > until) throw new Error(`not ready:\n${textOf()}`);
        await sleep(40);
      }
    },
    send,
    ask: async (document, variables, ask) => (await send(print(document), variables, ask)) as never,
    mails: async () => (await (await fetch(`${url}/dev/mail.json`)).json()) as CapturedMail[],
  };
}

/** Starts a built process with nothing of this machine's environment; killed when the test is finished. */
export async function startProcess(options: StartOptions): Promise<ChildGateway> {
  await ensureBuilt();
  const { entry = 'main', dataDir, words = [] } = options;
  const port = options.port ?? (await freePort());
  const { PATH, HOME } = process.env;
  const own = { PATH, HOME, NODE_ENV: 'test', DATA_DIR: dataDir, PORT: String(port), RATE_LIMITS: 'off' };
  const child = spawn(process.execPath, [join(DIST, `${entry}.js`), ...words], {
    cwd: options.cwd ?? tmpdir(), // where no .env lies
    env: { ...own, ...options.env },
    stdio: 'pipe',
  });
  const gateway = wrap(child, port);
  whenFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await gateway.ended();
  });
  return gateway;
}

/** The settings that replicas share: the database of their own, one secret, and one address, which issues the tokens. */
export function sharedSettings(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_MAX: '5',
    SECRET_KEY: randomBytes(32).toString('base64url'),
    PUBLIC_URL: 'http://gatehouse.test',
  };
}
