import { afterAll, beforeAll, expect, it } from 'vitest';
import { addSeconds } from '../../../src/lib/clock.js';
import type { Sql } from '../../../src/lib/sql.js';
import { findUnverified } from '../../../src/services/maintenance/purge-accounts.js';
import {
  BATCH,
  batchStatement,
  checkStatement,
  stretchStatement,
} from '../../../src/services/maintenance/purge-batches.js';
import { type PurgeRule, purgeRules } from '../../../src/services/maintenance/purge-rules.js';
import { commandContext, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { readBy } from '../../support/plans.js';

const DAY = 86_400;
const MANY = 20_000;
/** One row in so many is due. */
const DUE = 100;

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
  const { id } = await quickUser(gateway);
  const now = gateway.clock.now();
  const past = addSeconds(now, -400 * DAY);
  const later = addSeconds(now, DAY);
  const at = `CASE WHEN n % ${DUE} = 0 THEN ?::timestamptz ELSE ?::timestamptz END`;
  const many = `FROM generate_series(1, ${MANY}) n`;
  await rows(
    gateway,
    `INSERT INTO outbox_messages (id, mail, recipient, variables, status, created_at, next_attempt_at, finished_at)
      SELECT gen_random_uuid(), 'none', 'a@example.com', '{}', 'SENT', ?, ?, ${at} ${many}`,
    [past, past, past, now],
  );
  await rows(
    gateway,
    `INSERT INTO sessions (id, user_id, secret_hash, remember_me, device_type, authentication_methods, authenticated_at,
        created_at, last_activity_at, expires_at, absolute_expires_at, kept_until)
      SELECT gen_random_uuid(), ?, '', false, 'UNKNOWN', '{}', ?, ?, ?, ${at}, ?, ${at} ${many}`,
    [id, past, past, past, past, later, later, past, later],
  );
  await rows(
    gateway,
    `INSERT INTO login_failures (key, failures, in_flight, total, last_tried_at) SELECT 'k' || n, 0, 0, 0, ${at} ${many}`,
    [past, now],
  );
  await rows(
    gateway,
    `INSERT INTO one_time_codes (purpose, address, id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
      SELECT 'VERIFY_EMAIL', n || '@plan.example', gen_random_uuid(), 'k', 0, ?, ?, ${at} ${many}`,
    [past, past, past, later],
  );
  await rows(
    gateway,
    `INSERT INTO rate_limits SELECT 'k' || n, 1, CASE WHEN n % ${DUE} = 0 THEN 1 ELSE 4e12 END ${many}`,
  );
  await rows(gateway, 'VACUUM ANALYZE');
}, 120_000);
afterAll(() => gateway.close());

function statementsOf(rule: PurgeRule): Sql[] {
  if (rule.check !== undefined) return [checkStatement(rule, rule.check)];
  if (rule.walk === undefined) return [batchStatement(rule)];
  return [stretchStatement(rule, 'k15'), batchStatement(rule, { after: 'k15', upTo: 'k1545' })];
}

it('the purge reads no more than a few batches of rows, however large the tables are', async () => {
  const filled = ['outbox_messages', 'sessions', 'login_failures', 'one_time_codes', 'rate_limits'];
  const rules = purgeRules(commandContext(gateway)).filter(({ table }) => filled.includes(table));
  expect([...new Set(rules.map(({ table }) => table))].sort()).toEqual([...filled].sort());
  for (const rule of rules) {
    for (const statement of statementsOf(rule)) {
      const { read, whole } = await readBy(gateway, statement);
      expect({ table: rule.table, whole: whole.filter((table) => filled.includes(table ?? '')) }).toMatchObject({
        whole: [],
      });
      expect(read).toBeLessThanOrEqual(4 * BATCH);
    }
  }
  const now = gateway.clock.now();
  expect((await readBy(gateway, findUnverified({ now, before: now }))).read).toBeLessThanOrEqual(BATCH);
});
