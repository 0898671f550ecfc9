import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditFilter, MailFilter, UserFilter } from '../../../src/inputs/admin-lists.js';
import type { Place } from '../../../src/services/admin/keyset.js';
import { eventsStatement } from '../../../src/services/admin/list-events.js';
import { mailsStatement } from '../../../src/services/admin/list-mails.js';
import { usersStatement } from '../../../src/services/admin/list-users.js';
import { userCondition } from '../../../src/services/admin/user-filter.js';
import type { UserOrderName } from '../../../src/services/admin/user-order.js';
import { commandContext } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { readBy } from '../../support/plans.js';
import { seedLists, BUSY_USER as USER } from '../../support/seeded-lists.js';

let gateway: TestGateway;
/** Rows that a page of 50 reads at most, of whatever tables and indexes. */
const MOST_READ = 320;

beforeAll(async () => {
  gateway = await sharedGateway();
  await seedLists(gateway);
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
