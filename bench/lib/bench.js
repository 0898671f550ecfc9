import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedDatabase } from '../../dist/database/embedded.js';
import { createLogger } from '../../dist/lib/logger.js';
import { startServer } from './children.js';
import { seed } from './seed.js';

export { PASSWORD } from './seed.js';

const USERS = 200;

/** Windows so wide that limits count every call and reject none. */
const WIDE = ['login', 'login:account', 'signup', 'refresh', 'mySessions', 'mySessions:client', 'myAuditEvents']
  .concat('myAuditEvents:client')
  .map((name) => `${name}=100000000/1h`)
  .join(',');

/** Runs statements on a separate connection. */
export async function onDatabase(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function addresses(emails) {
  let turn = 0;
  return {
    nextEmail: () => emails(turn++),
    newEmail: () => `new-${randomUUID()}@example.com`,
  };
}

/** Shared parts of the comparisons: a PostgreSQL server with durable commits, and gateways as `npm start` runs them. */
export async function startBench({ profile }) {
  const closing = [];
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  chmodSync(dataDir, 0o755); // the embedded database can run as a separate user
  const close = async () => {
    for (const step of closing.toReversed()) await step();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const onSignal = () => void close().finally(() => process.exit(1));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const server = await startEmbeddedDatabase(dataDir, createLogger('silent')).catch(async (cause) => {
    await close();
    throw cause;
  });
  closing.push(() => server.stop());
  let databases = 0;
  const newDatabase = async () => {
    const name = `bench_${databases++}`;
    await onDatabase(server.url, (client) => client.query(`CREATE DATABASE ${name}`));
    return new URL(`/${name}`, server.url).href;
  };
  const secretKey = randomBytes(32).toString('base64url');
  const execArgv = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  /** Starts a gateway, by default without a worker, to measure only what the request itself costs. */
  const startGateway = async (databaseUrl, env = { RUN_WORKER: 'false' }) => {
    const settings = { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, SECRET_KEY: secretKey, RATE_LIMITS: WIDE };
    const server = { script: 'dist/main.js', path: '/health/ready', execArgv, env: { ...settings, ...env } };
    const gateway = await startServer(server);
    return { ...gateway, url: `${gateway.url}/graphql` };
  };
  /** Starts a gateway on a new database. */
  const startUnseeded = async (env) => {
    const databaseUrl = await newDatabase();
    const gateway = await startGateway(databaseUrl, env);
    closing.push(() => gateway.stop());
    return { ...gateway, databaseUrl };
  };
  /** Starts a gateway on a new database with this number of users, sessions and events. */
  const startSeeded = async (count, env) => {
    const gateway = await startUnseeded(env);
    await onDatabase(gateway.databaseUrl, (client) => seed(client, count, dataDir));
    return { ...gateway, ...addresses((turn) => `user-${(turn * 7919) % count}@example.com`) };
  };
  let gateway;
  return {
    gateway: () => (gateway ??= startSeeded(USERS)),
    startUnseeded,
    startSeeded,
    startGateway,
    newDatabase,
    dataDir,
    secretKey,
    onClose: (step) => closing.push(step),
    close,
  };
}
