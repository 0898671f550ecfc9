import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedDatabase } from '../../dist/database/embedded.js';
import { createLogger } from '../../dist/lib/logger.js';
import { loadArgon2 } from '../../dist/services/passwords/argon2.js';
import { PASSWORD_HASH_COST } from '../../dist/services/passwords/hasher.js';
import { startGateway } from './children.js';

export const PASSWORD = 'Correct-Horse-7-Staple';
const USERS = 200;

const INSERT_USERS = `
  INSERT INTO users (id, email, role, password_hash, password_changed_at, email_verified_at, created_at, updated_at)
  SELECT gen_random_uuid(), email, 'user', $2, now(), now(), now(), now() FROM unnest($1::text[]) AS email`;

/** Verified accounts with one password; making them by sign-up would be the longest part of the run. */
async function insertUsers(databaseUrl) {
  const argon2 = await loadArgon2();
  const hash = await argon2.hash(PASSWORD, PASSWORD_HASH_COST);
  const emails = Array.from({ length: USERS }, (_, index) => `user-${index}@example.com`);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(INSERT_USERS, [emails, hash]);
  await client.end();
  return emails;
}

/** A gateway as `npm start` runs it, on the embedded database and without limits, with accounts to measure it by. */
export async function startBench({ profile }) {
  const closing = [];
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  chmodSync(dataDir, 0o755); // the embedded database may run as a user of its own
  const close = async () => {
    for (const step of closing.reverse()) await step();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const onSignal = () => void close().finally(() => process.exit(1));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const database = await startEmbeddedDatabase(dataDir, createLogger('silent'));
    closing.push(() => database.stop());
    const env = {
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      SECRET_KEY: randomBytes(32).toString('base64url'),
      RATE_LIMITS: 'off',
      RUN_WORKER: 'false', // what a sign-up costs the one who signs up, and not the mail after it
    };
    const execArgv = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const gateway = await startGateway(env, execArgv);
    closing.push(() => gateway.stop());
    const emails = await insertUsers(database.url);
    let turn = 0;
    return {
      databaseUrl: database.url,
      graphqlUrl: `${gateway.url}/graphql`,
      nextEmail: () => emails[turn++ % emails.length],
      newEmail: () => `new-${randomUUID()}@example.com`,
      onClose: (step) => closing.push(step),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
