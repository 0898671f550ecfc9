import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { advisoryLocks } from '../../src/lib/advisory-locks.js';
import {
  AdminDeleteUserDocument,
  AdminDisableUserDocument,
  AdminSetUserRoleDocument,
} from '../generated/operations.js';
import { eventually } from '../support/eventually.js';
import { dataDirectory, sharedSettings, startProcess } from '../support/process.js';
import { account, tokensOf, twoProcesses } from '../support/two-processes.js';

const SECRET = { SECRET_KEY: randomBytes(48).toString('base64') };
const WHY = { reason: 'OTHER' } as const;

/** Every act that takes an admin away, by each of two admins on the other, and by the command on both. */
const ACTS = 6;

it('of two admins, one who can sign in remains, whatever two processes and two commands do at once', async () => {
  const parts = await twoProcesses(SECRET);
  const { one, other, databaseUrl, redisUrl } = parts;
  const [ada, eve] = [await account(parts), await account(parts)];
  await parts.rows("UPDATE users SET role = 'admin' WHERE id = ANY($1)", [[ada.id, eve.id]]);
  const [ofAda, ofEve] = [await tokensOf(one, ada.email), await tokensOf(other, eve.email)];

  // Whoever removes an admin waits for this lock, so that all of them are at it when it is released.
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('SELECT pg_advisory_lock($1)', [advisoryLocks.admins]);
  const env = { ...sharedSettings(databaseUrl), ...SECRET, REDIS_URL: redisUrl };
  const command = async (...words: string[]) => {
    const child = await startProcess({ entry: 'cli/gatehouse', dataDir: dataDirectory(), env, words });
    return await child.ended();
  };
  const acts = Promise.all([
    one.ask(AdminSetUserRoleDocument, { input: { userId: eve.id, role: 'user', ...WHY } }, ofAda),
    one.ask(AdminDisableUserDocument, { input: { userId: eve.id, ...WHY } }, ofAda),
    other.ask(AdminSetUserRoleDocument, { input: { userId: ada.id, role: 'user', ...WHY } }, ofEve),
    other.ask(AdminDeleteUserDocument, { input: { userId: ada.id, email: ada.email, ...WHY } }, ofEve),
    command('users', 'role', ada.email, 'user'),
    command('users', 'disable', eve.email),
  ]);
  await eventually(async () => {
    const waiting =
      "SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted";
    expect(await parts.rows(waiting, [advisoryLocks.admins])).toEqual([{ count: ACTS }]);
  }, 60_000);
  await client.query('SELECT pg_advisory_unlock($1)', [advisoryLocks.admins]);
  const [, , , , ...codes] = await acts;

  const left = await parts.rows<{ email: string }>(
    "SELECT email FROM users WHERE role = 'admin' AND disabled_at IS NULL AND deleted_at IS NULL",
  );
  expect(left).toHaveLength(1);
  // One of the commands is about the admin who is left, and could not be done.
  expect(codes).toContain(1);
  const remaining = left[0]?.email === ada.email ? ([one, ada.email] as const) : ([other, eve.email] as const);
  expect((await tokensOf(...remaining)).token).not.toBe('');
}, 180_000);
