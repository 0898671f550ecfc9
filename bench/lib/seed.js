import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadArgon2 } from '../../dist/services/passwords/argon2.js';
import { PASSWORD_HASH_COST } from '../../dist/services/passwords/hasher.js';

/** The password of every user. */
export const PASSWORD = 'Correct-Horse-7-Staple';
const ROWS_PER_WRITE = 1_000;

/** The rows of each table for one `userId`, in the order of the columns. */
function tables(count, now, hash) {
  const later = new Date(Date.parse(now) + 30 * 86_400_000).toISOString();
  const users = Array.from({ length: count }, () => randomUUID());
  const row = (index, cells) => `${[randomUUID(), users[index], ...cells].join('\t')}\n`;
  return {
    'users (id, email, role, password_hash, password_changed_at, email_verified_at, created_at, updated_at)': (index) =>
      `${[users[index], `user-${index}@example.com`, 'user', hash, now, now, now, now].join('\t')}\n`,
    [`sessions (id, user_id, secret_hash, remember_me, device_type, authentication_methods, authenticated_at, created_at,
      last_activity_at, expires_at, absolute_expires_at, kept_until)`]: (index) =>
      row(index, [
        `\\\\x${randomBytes(32).toString('hex')}`,
        'f',
        'DESKTOP',
        '{pwd}',
        now,
        now,
        now,
        later,
        later,
        later,
      ]),
    'audit_events (id, user_id, actor_id, type, success, risk_level, metadata, created_at)': (index) =>
      row(index, [users[index], 'LOGIN', 't', 'LOW', '{}', now]),
  };
}

async function writeRows(path, count, rowOf) {
  const file = createWriteStream(path, { mode: 0o644 });
  for (let from = 0; from < count; from += ROWS_PER_WRITE) {
    const length = Math.min(ROWS_PER_WRITE, count - from);
    const rows = Array.from({ length }, (_, index) => rowOf(from + index));
    if (!file.write(rows.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** Creates verified users with one session and one audit event each. Signing them up would take longer than all measurements. */
export async function seed(client, count, dataDir) {
  const hash = await (await loadArgon2()).hash(PASSWORD, PASSWORD_HASH_COST);
  const path = join(dataDir, `seed-${randomUUID()}`);
  for (const [table, rowOf] of Object.entries(tables(count, new Date().toISOString(), hash))) {
    await writeRows(path, count, rowOf);
    await client.query(`COPY ${table} FROM '${path}'`);
  }
  rmSync(path);
  await client.query('VACUUM ANALYZE');
}
