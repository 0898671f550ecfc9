import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { cleanEnvironment, startServer } from '../../bench/lib/children.js';
import { startEmbeddedDatabase } from '../../dist/database/embedded.js';
import { createLogger } from '../../dist/lib/logger.js';
import { readOperations } from './operations.js';

/** The password of every sample account. */
export const PASSWORD = 'Correct-Horse-7-Staple';
export const ADMIN = 'boss@example.com';
export const LOCKED = { email: 'bob@example.com', displayName: 'Bob' };
const WRONG_ATTEMPTS = 6;

/** Sign-ins of the last month, so that the chart of the overview has bars. */
const MONTH = `INSERT INTO event_counts (day, hour, name, events)
  SELECT current_date - i, 9, name, CASE name WHEN 'signIns' THEN 60 + (i * 37) % 50 ELSE 1 + (i * 7) % 11 END
  FROM generate_series(1, 29) i, unnest(ARRAY['signIns', 'refusedSignIns', 'refusal:INVALID_CREDENTIALS']) name`;

async function addLockedAccount(url, client) {
  const documents = readOperations();
  const ask = async (query, input) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables: { input } }),
    });
    if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
  };
  const { email: identifier } = LOCKED;
  await ask(documents.Signup, { ...LOCKED, password: PASSWORD });
  await client.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [identifier]);
  await ask(documents.Login, { identifier, password: PASSWORD });
  for (let count = 0; count < WRONG_ATTEMPTS; count += 1)
    await ask(documents.Login, { identifier, password: 'Wrong-1' });
}

/** Starts a gateway on a new database, with an admin, a locked account and a month of sign-ins. */
export async function startSampleGateway() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sample-'));
  chmodSync(folder, 0o755); // the embedded database can run as a separate user
  const database = await startEmbeddedDatabase(folder, createLogger('silent'));
  const SECRET_KEY = randomBytes(32).toString('base64url');
  const env = { DATABASE_URL: database.url, DATA_DIR: folder, SECRET_KEY, LOG_LEVEL: 'silent' };
  const gateway = await startServer({ script: 'dist/main.js', path: '/health/ready', env });
  const create = ['dist/cli/gatehouse.js', 'admin', 'create', ADMIN];
  execFileSync(process.execPath, create, { input: `${PASSWORD}\n`, env: cleanEnvironment(env) });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(MONTH);
  await addLockedAccount(gateway.url, client);
  await client.end();
  return {
    address: gateway.url.replace('127.0.0.1', 'localhost'),
    async stop() {
      await gateway.stop();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
