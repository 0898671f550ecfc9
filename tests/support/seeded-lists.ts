import pg from 'pg';
import type { TestGateway } from './app.js';

/** An account with more events than most, and none in the list of accounts. */
export const BUSY_USER = '01890a5d-ac96-774b-bcce-b302099a8057';
/** Rows of each list. */
export const SEEDED = 20_000;

/** Fills the lists of admins with so many rows that reading a whole table shows, one a minute. */
export async function seedLists(gateway: TestGateway): Promise<void> {
  // A connection of its own, because the limit of statements is that of the gateway's.
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  await client.query(
    `INSERT INTO users (id, email, username, username_key, display_name, role, password_hash, password_changed_at, email_verified_at,
       disabled_at, password_breached_at, two_factor_enabled_at, last_login_at, created_at, updated_at)
     SELECT gen_random_uuid(), md5(i::text) || '@plan.example', 'U' || i, 'u' || i, md5(i || 'n'), CASE WHEN i % 2000 = 0 THEN 'support' ELSE 'user' END,
       'x', now(), CASE WHEN i % 200 > 0 THEN now() END, CASE WHEN i % 500 = 1 THEN now() END, CASE WHEN i % 500 = 2 THEN now() END,
       CASE WHEN i % 100 = 0 THEN now() END, CASE WHEN i % 3 > 0 THEN now() - i * interval '30 seconds' END, now() - i * interval '1 minute', now()
     FROM generate_series(1, $1::int) i`,
    [SEEDED],
  );
  await client.query(
    `INSERT INTO audit_events (id, type, success, risk_level, user_id, actor_id, metadata, created_at)
     SELECT gen_random_uuid(), CASE WHEN i % 1000 = 0 THEN 'ROLE_CHANGE' WHEN i % 2 = 0 THEN 'LOGIN' ELSE 'REFRESH' END, i % 10 <> 2,
       CASE WHEN i % 1000 = 0 THEN 'HIGH' ELSE 'LOW' END, CASE WHEN i % 900 = 0 THEN $1::uuid ELSE gen_random_uuid() END, NULL, '{}',
       now() - i * interval '1 minute'
     FROM generate_series(1, $2::int) i`,
    [BUSY_USER, SEEDED],
  );
  await client.query(
    `INSERT INTO outbox_messages (id, mail, recipient, variables, status, created_at, next_attempt_at)
     SELECT gen_random_uuid(), 'verify-email', i || '@plan.example', '{}', CASE WHEN i % 400 = 0 THEN 'FAILED' ELSE 'SENT' END,
       now() - i * interval '1 minute', now() - i * interval '1 minute'
     FROM generate_series(1, $1::int) i`,
    [SEEDED],
  );
  await client.query('VACUUM ANALYZE');
  await client.end();
}
