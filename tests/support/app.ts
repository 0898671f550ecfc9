import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { InjectOptions, LightMyRequestResponse as Response } from 'fastify';
import { print } from 'graphql';
import type { Logger } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { type App, buildApp } from '../../src/app.js';
import { createDependencies, type Dependencies } from '../../src/dependencies.js';
import { createLogger } from '../../src/lib/logger.js';
import type { CapturedMail } from '../../src/mail/captured-mail.js';
import type { Argon2Parameters } from '../../src/services/passwords/argon2.js';
import { loadSettings } from '../../src/settings.js';
import type { BackgroundWork } from '../../src/workers/queue-worker.js';
import { startWorkers } from '../../src/workers/start-workers.js';
import { createTestClock, type TestClock } from './clock.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { lockFaults, watchLockOrder } from './lock-order.js';
import { temporaryDirectory } from './temporary-directory.js';

/** Cheap hashes: what is tested is not their cost. */
const TEST_HASH_COST = { memoryCost: 1_024, timeCost: 1, parallelism: 1 };

/** How a test's gateway differs from the default. */
export interface TestOptions {
  /** Variables as an operator sets them. Limits are off unless a test sets RATE_LIMITS. */
  env?: Record<string, string>;
  /** Shares the database, the data directory and the secret of another gateway: a second replica. */
  replicaOf?: TestGateway;
  /** Whether the workers run: mails are sent, passwords looked up, old rows deleted. On where a test needs one. */
  worker?: boolean;
  /** What a password hash costs; cheap unless its cost is what is tested. */
  hashCost?: Argon2Parameters;
}

/** An answer to an operation. */
export interface Answer<Data> {
  status: number;
  data: Data;
  errors: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  headers: Response['headers'];
  cookies: Response['cookies'];
  body: string;
}

/** What a request carries beside its document. */
export interface Ask {
  token?: string;
  cookie?: string;
  headers?: Record<string, string>;
  /** The client's address. */
  from?: string;
}

/** A whole gateway on its own database, asked through its HTTP edge. */
export interface TestGateway {
  app: App;
  dependencies: Dependencies;
  clock: TestClock;
  database: TestDatabase;
  dataDir: string;
  /** Every line that it logged. */
  logLines: string[];
  ask<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    ask?: Ask,
  ): Promise<Answer<Data>>;
  /** Asks with a document as text, for what no typed client would send. */
  send(query: string, variables?: unknown, ask?: Ask): Promise<Answer<Record<string, unknown> | null>>;
  inject(options: InjectOptions): Promise<Response>;
  mails(): Promise<CapturedMail[]>;
  /** Waits for the newest mail to an address that is not among those already `seen`. */
  mailTo(address: string, options?: { mail?: string; seen?: readonly string[] }): Promise<CapturedMail>;
  close(): Promise<void>;
}

const MAIL_WAIT_MILLISECONDS = 15_000;

function captureLog(lines: string[]): Logger {
  return createLogger('debug', { write: (line: string) => void lines.push(line) });
}

function headersOf({ token, cookie, headers = {} }: Ask): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(cookie === undefined ? {} : { cookie }),
    ...headers,
  };
}

async function openGateway(options: TestOptions): Promise<TestGateway> {
  watchLockOrder();
  const { replicaOf } = options;
  const database = replicaOf?.database ?? (await createTestDatabase());
  const dataDir = replicaOf?.dataDir ?? temporaryDirectory('app');
  const clock = replicaOf?.clock ?? createTestClock();
  const logLines: string[] = [];
  const env = {
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    DATABASE_POOL_MAX: '5',
    RATE_LIMITS: 'off',
  };
  const settings = loadSettings({ ...env, ...options.env });
  const replacements = { clock, logger: captureLog(logLines), hashCost: options.hashCost ?? TEST_HASH_COST };
  const dependencies = await createDependencies(settings, replacements);
  await dependencies.watch();
  const app = await buildApp(dependencies);
  const worker: BackgroundWork | undefined = options.worker === true ? startWorkers(dependencies) : undefined;

  const send: TestGateway['send'] = async (query, variables, ask = {}) => {
    const response = await app.http.inject({
      method: 'POST',
      url: '/graphql',
      headers: headersOf(ask),
      payload: JSON.stringify({ query, variables }),
      ...(ask.from === undefined ? {} : { remoteAddress: ask.from }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    const { data = null, errors = [] } = isJson ? response.json() : {};
    const { statusCode: status, headers, cookies, body } = response;
    return { status, data, errors, headers, cookies, body };
  };
  const mails = () => dependencies.mailbox.list();

  return {
    app,
    dependencies,
    clock,
    database,
    dataDir,
    logLines,
    send,
    mails,
    inject: (injected) => app.http.inject(injected),
    ask: async (document, variables, ask) => (await send(print(document), variables, ask)) as never,
    async mailTo(address, { mail, seen = [] } = {}) {
      const until = Date.now() + MAIL_WAIT_MILLISECONDS;
      for (;;) {
        const found = (await mails()).find(
          (one) => one.to === address && !seen.includes(one.id) && (mail === undefined || one.mail === mail),
        );
        if (found !== undefined) return found;
        if (Date.now() > until) throw new Error(`No mail to ${address} came.`);
        await sleep(25);
      }
    },
    async close() {
      await app.close();
      await worker?.close();
      await dependencies.close();
      expect(lockFaults()).toEqual([]);
      if (replicaOf !== undefined) return;
      rmSync(dataDir, { recursive: true, force: true });
      await database.drop();
    },
  };
}

/** A gateway for this test alone; closed when the test is finished. */
export async function testGateway(options: TestOptions = {}): Promise<TestGateway> {
  const gateway = await openGateway(options);
  onTestFinished(() => gateway.close());
  return gateway;
}

/** A gateway that the tests of a file share; close it in `afterAll`. */
export async function sharedGateway(options: TestOptions = {}): Promise<TestGateway> {
  return await openGateway(options);
}
