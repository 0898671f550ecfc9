import { loadArgon2 } from '../../dist/services/passwords/argon2.js';
import { PASSWORD_HASH_COST } from '../../dist/services/passwords/hasher.js';
import { PASSWORD } from './seed.js';

/** The address of the admin among the seeded accounts. */
export const ADMIN_EMAIL = 'bench-admin@example.com';

/** The days over which accounts, events and emails are spread. */
const DAYS = 90;
const AT = `now() - i * (interval '${DAYS} days' / $1::int)`;
const LATER = `now() - i * (interval '${DAYS / 2} days' / $1::int)`;

/** Accounts of the usual proportions: few are disabled, unverified, of staff or with a second factor. */
const USERS = `INSERT INTO users (id, email, username, username_key, display_name, role, password_hash, password_changed_at,
    email_verified_at, disabled_at, password_breached_at, two_factor_enabled_at, last_login_at, created_at, updated_at)
  SELECT md5('user' || i)::uuid, md5(i::text) || '@example.com', 'U' || i, 'u' || i, 'Name ' || md5(i || 'n'),
    CASE WHEN i % 10000 = 7 THEN 'support' ELSE 'user' END, 'x', now(), CASE WHEN i % 200 > 0 THEN now() END,
    CASE WHEN i % 500 = 1 THEN now() END, CASE WHEN i % 500 = 2 THEN now() END, CASE WHEN i % 20 = 3 THEN now() END,
    CASE WHEN i % 3 > 0 THEN ${LATER} END, ${AT}, now()
  FROM generate_series(1, $1::int) i`;

const ADMIN = `INSERT INTO users (id, email, role, password_hash, password_changed_at, email_verified_at, created_at, updated_at)
  VALUES (gen_random_uuid(), '${ADMIN_EMAIL}', 'admin', $1, now(), now(), now(), now())`;

const SESSIONS = `INSERT INTO sessions (id, user_id, secret_hash, remember_me, device_type, authentication_methods,
    authenticated_at, created_at, last_activity_at, expires_at, absolute_expires_at, kept_until)
  SELECT gen_random_uuid(), md5('user' || i)::uuid, sha256(i::text::bytea), false, 'DESKTOP', '{pwd}', now(), now(), now(),
    now() + interval '30 days', now() + interval '30 days', now() + interval '30 days'
  FROM generate_series(1, $1::int) i`;

/** Mostly successful sign-ins and refreshes of random accounts, from a few thousand addresses. */
const EVENTS = `INSERT INTO audit_events (id, type, success, risk_level, user_id, actor_id, ip_address, request_id, metadata, created_at)
  SELECT gen_random_uuid(),
    CASE WHEN i % 1000 = 0 THEN 'ROLE_CHANGE' WHEN i % 2000 = 1 THEN 'ACCOUNT_LOCK' WHEN i % 2 = 0 THEN 'LOGIN' ELSE 'REFRESH' END,
    i % 10 <> 2, CASE WHEN i % 1000 = 0 THEN 'HIGH' WHEN i % 5000 = 1 THEN 'CRITICAL' ELSE 'LOW' END, md5('user' || i)::uuid,
    CASE WHEN i % 1000 = 0 THEN (SELECT id FROM users WHERE role = 'admin') END, '198.51.' || i % 100 || '.' || i % 50, 'request-' || i,
    CASE WHEN i % 10 = 2 THEN '{"reason": "INVALID_CREDENTIALS"}' ELSE '{}' END::jsonb, ${AT}
  FROM generate_series(1, $1::int) i`;

const MAILS = `INSERT INTO outbox_messages (id, mail, recipient, variables, status, user_id, created_at, next_attempt_at)
  SELECT gen_random_uuid(), CASE WHEN i % 400 = 0 THEN 'new-device' ELSE 'verify-email' END, md5(i::text) || '@example.com', '{}',
    CASE WHEN i % 400 = 0 THEN 'FAILED' ELSE 'SENT' END, md5('user' || i)::uuid, ${AT}, ${AT}
  FROM generate_series(1, $1::int) i`;

const TRIGRAMS = `SELECT indexdef FROM pg_indexes WHERE indexname = 'users_trigram_index'`;

/** Creates accounts, sessions, audit events and emails, `count` of each, and one admin. */
export async function seedForAdmins(client, count) {
  await client.query(ADMIN, [await (await loadArgon2()).hash(PASSWORD, PASSWORD_HASH_COST)]);
  // Creating the index at the end takes a fraction of the time of inserting into it.
  const { rows } = await client.query(TRIGRAMS);
  await client.query('DROP INDEX IF EXISTS users_trigram_index');
  for (const statement of [USERS, SESSIONS, EVENTS, MAILS]) await client.query(statement, [count]);
  for (const { indexdef } of rows) await client.query(indexdef);
  await client.query('VACUUM ANALYZE');
}
