import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditFilter, MailFilter, UserFilter } from '../../../src/inputs/admin-lists.js';
import type { Place } from '../../../src/services/admin/keyset.js';
import { eventsStatement } from '../../../src/services/admin/list-events.js';
import { mailsStatement } from '../../../src/services/admin/list-mails.js';
import { usersStatement } from '../../../src/services/admin/list-users.js';
import { userCondition } from '../../../src/services/admin/user-filter.js';
import type { UserOrderName } from '../../../src/services/admin/user-order.js';
import { commandContext, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { readBy } from '../../support/plans.js';

let gateway: TestGateway;
const USER = '01890a5d-ac96-774b-bcce-b302099a8057';
const MANY = 20_000;
/** Rows that a page of 50 reads at most, of whatever tables and indexes. */
const MOST_READ = 320;

beforeAll(async () => {
  gateway = await sharedGateway();
  await rows(
    gateway,
    `INSERT INTO users (id, email, username, username_key, display_name, role, password_hash, password_changed_at, email_verified_at,
       disabled_at, password_breached_at, two_factor_enabled_at, last_login_at, created_at, updated_at)
     SELECT gen_random_uuid(), md5(i::text) || '@plan.example', 'U' || i, 'u' || i, md5(i || 'n'), CASE WHEN i % 2000 = 0 THEN 'support' ELSE 'user' END,
       'x', now(), CASE WHEN i % 200 > 0 THEN now() END, CASE WHEN i % 500 = 1 THEN now() END, CASE WHEN i % 500 = 2 THEN now() END,
       CASE WHEN i % 100 = 0 THEN now() END, CASE WHEN i % 3 > 0 THEN now() - i * interval '1 hour' END, now() - i * interval '1 minute', now()
     FROM generate_series(1, ?) i RETURNING id`,
    [MANY],
  );
  await rows(
    gateway,
    `INSERT INTO audit_events (id, type, success, risk_level, user_id, actor_id, metadata, created_at)
     SELECT gen_random_uuid(), CASE WHEN i % 1000 = 0 THEN 'ROLE_CHANGE' WHEN i % 2 = 0 THEN 'LOGIN' ELSE 'REFRESH' END, i % 10 <> 2,
       CASE WHEN i % 1000 = 0 THEN 'HIGH' ELSE 'LOW' END, CASE WHEN i % 900 = 0 THEN ?::uuid ELSE gen_random_uuid() END, NULL, '{}',
       now() - i * interval '1 minute'
     FROM generate_series(1, ?) i RETURNING id`,
    [USER, MANY],
  );
  await rows(
    gateway,
    `INSERT INTO outbox_messages (id, mail, recipient, variables, status, created_at, next_attempt_at)
     SELECT gen_random_uuid(), 'verify-email', i || '@plan.example', '{}', CASE WHEN i % 400 = 0 THEN 'FAILED' ELSE 'SENT' END,
       now() - i * interval '1 minute', now() - i * interval '1 minute'
     FROM generate_series(1, ?) i RETURNING id`,
    [MANY],
  );
  await rows(gateway, 'VACUUM ANALYZE');
}, 120_000);
afterAll(() => gateway.close());

const window = (after: Place | null = null) => ({ kind: 'keyset-window' as const, first: 50, after });
const deep = { value: String(Date.now() * 1_000 - 12_000 * 60_000_000), id: USER };

it.each<[string, UserFilter, UserOrderName, Place | null]>([
  ['all, newest first', {}, 'CREATED_AT_DESC', null],
  ['all, deep in the list', {}, 'CREATED_AT_DESC', deep],
  ['all, oldest first', {}, 'CREATED_AT_ASC', deep],
  ['all, by last sign-in', {}, 'LAST_LOGIN_AT_DESC', deep],
  [
    'all that never signed in',
    {},
    'LAST_LOGIN_AT_DESC',
    { value: 'never', id: 'f0000000-0000-0000-0000-000000000000' },
  ],
  ['all, by address', {}, 'EMAIL_ASC', { value: '8', id: USER }],
  ['a prefix', { text: 'c4ca4238' }, 'CREATED_AT_DESC', null],
  ['a text anywhere', { text: '4238a0b92' }, 'CREATED_AT_DESC', null],
  ['a text that nobody has', { text: 'zzz-nobody' }, 'CREATED_AT_DESC', null],
  ['disabled ones', { state: 'DISABLED' }, 'CREATED_AT_DESC', null],
  ['unverified ones', { state: 'UNVERIFIED' }, 'CREATED_AT_DESC', null],
  ['locked ones', { state: 'LOCKED' }, 'CREATED_AT_DESC', null],
  ['those with a bad password', { state: 'PASSWORD_CHANGE_REQUIRED' }, 'CREATED_AT_DESC', null],
  ['active ones', { state: 'ACTIVE' }, 'CREATED_AT_DESC', deep],
  ['a rare role', { role: 'support' }, 'CREATED_AT_DESC', null],
  ['a second factor', { twoFactor: true }, 'CREATED_AT_DESC', null],
])('a page of accounts reads little for %s', async (_what, filter, orderBy, after) => {
  const statement = usersStatement(await userCondition(commandContext(gateway), filter), orderBy, window(after));
  const { read, whole } = await readBy(gateway, statement);
  expect(whole).toEqual([]);
  expect(read).toBeLessThanOrEqual(MOST_READ);
});

it.each<[string, AuditFilter, Place | null]>([
  ['all', {}, null],
  ['all, deep in the list', {}, deep],
  ['an account', { userId: USER }, null],
  ['an account and an outcome', { userId: USER, success: false }, null],
  ['an actor', { actorId: USER }, null],
  ['failed sign-ins', { types: ['LOGIN', 'TWO_FACTOR'], success: false }, null],
  ['rare types', { types: ['ROLE_CHANGE', 'ACCOUNT_LOCK', 'TOTP_DISABLE'] }, null],
  ['high risks', { riskLevels: ['HIGH', 'CRITICAL'] }, null],
])('a page of events reads little for %s', async (_what, filter, after) => {
  const { read, whole } = await readBy(gateway, eventsStatement(commandContext(gateway), filter, window(after)));
  expect(whole).toEqual([]);
  expect(read).toBeLessThanOrEqual(MOST_READ);
});

it.each<[string, MailFilter, Place | null]>([
  ['all', {}, null],
  ['all, deep in the list', {}, deep],
  ['failed ones', { status: 'FAILED' }, null],
  ['a recipient', { recipient: '77@plan.example' }, null],
])('a page of emails reads little for %s', async (_what, filter, after) => {
  const { read, whole } = await readBy(gateway, mailsStatement(filter, window(after)));
  expect(whole).toEqual([]);
  expect(read).toBeLessThanOrEqual(MOST_READ);
});

it('reads the latest 30 days where nothing else limits what is read', () => {
  const text = (filter: AuditFilter) => eventsStatement(commandContext(gateway), filter, window()).text;
  for (const filter of [
    {},
    { success: false },
    { ipAddress: '192.0.2.1' },
    { requestId: 'r' },
    { types: ['LOGIN'] },
    { riskLevels: ['LOW'] },
  ]) {
    expect(text(filter as AuditFilter)).toContain('created_at >=');
  }
  for (const filter of [{ userId: USER }, { types: ['ROLE_CHANGE'] }, { riskLevels: ['HIGH'] }]) {
    expect(text(filter as AuditFilter)).not.toContain('created_at >=');
  }
});
