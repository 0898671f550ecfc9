import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditFilter, MailFilter, UserFilter } from '../../../src/inputs/admin-lists.js';
import { eventsStatement, listEventsOfUsers } from '../../../src/services/admin/list-events.js';
import { listMailsOfUsers, mailsStatement } from '../../../src/services/admin/list-mails.js';
import { listUsers, usersStatement } from '../../../src/services/admin/list-users.js';
import { readOverview } from '../../../src/services/admin/overview.js';
import { findSignInObstacles } from '../../../src/services/admin/sign-in-obstacle.js';
import { userCondition } from '../../../src/services/admin/user-filter.js';
import { type UserOrderName, userOrders } from '../../../src/services/admin/user-order.js';
import { rollUp } from '../../../src/services/maintenance/roll-up.js';
import { countSessions, listSessions } from '../../../src/services/sessions/list-sessions.js';
import { commandContext, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { readBy, watchedContext } from '../../support/plans.js';
import { SEEDED, seedLists } from '../../support/seeded-lists.js';

let gateway: TestGateway;
/** Rows that a page of 50 reads at most: the few that a rare filter has, or those on the way to fifty hits. */
const MOST_READ = 600;

beforeAll(async () => {
  gateway = await sharedGateway();
  await seedLists(gateway);
}, 120_000);
afterAll(() => gateway.close());

const window = { kind: 'keyset-window', first: 50, after: null } as const;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

const users: Record<string, UserFilter> = {
  'a prefix of few': { text: 'c4ca4238' },
  'a prefix of two characters': { text: 'c4' },
  'a text anywhere': { text: '4238a0b92' },
  'a text anywhere that all have': { text: 'plan.example' },
  'a whole address': { text: 'c4ca4238a0b923820dcc509a6f75849b@plan.example' },
  'the end of an address': { text: '509a6f75849b@plan.ex' },
  'disabled ones': { state: 'DISABLED' },
  'unverified ones': { state: 'UNVERIFIED' },
  'locked ones': { state: 'LOCKED' },
  'those with a password to change': { state: 'PASSWORD_CHANGE_REQUIRED' },
  'active ones': { state: 'ACTIVE' },
  'the usual role': { role: 'user' },
  'a rare role': { role: 'support' },
  'a role that none has': { role: 'auditor' },
  'a second factor': { twoFactor: true },
  'no second factor': { twoFactor: false },
  'a time of creation': { createdFrom: hoursAgo(72), createdBefore: hoursAgo(70) },
  'a time before all': { createdBefore: hoursAgo(9_999) },
  'a time of the last sign-in': { lastLoginFrom: hoursAgo(72), lastLoginBefore: hoursAgo(70) },
  'a last sign-in before all': { lastLoginBefore: hoursAgo(9_999) },
  'times that exclude each other': { createdFrom: hoursAgo(48), lastLoginBefore: hoursAgo(96) },
  'a rare role without a second factor': { role: 'support', twoFactor: false },
  'a rare role of disabled ones': { role: 'support', state: 'DISABLED' },
  'a second factor of disabled ones': { twoFactor: true, state: 'DISABLED' },
  'a text of disabled ones': { text: 'plan.example', state: 'DISABLED' },
  'a text of a rare role': { text: 'plan.example', role: 'support' },
};

const orders = Object.keys(userOrders) as UserOrderName[];
const usersByOrder = Object.entries(users).flatMap(([what, filter]) =>
  orders.map((orderBy) => [what, orderBy, filter] as const),
);

it.each(usersByOrder)('accounts: %s by %s', async (_what, orderBy, filter) => {
  const statement = usersStatement(await userCondition(commandContext(gateway), filter), orderBy, window);
  const { read, whole } = await readBy(gateway, statement);
  expect(whole).toEqual([]);
  expect(read).toBeLessThanOrEqual(MOST_READ);
});

it.each<[string, AuditFilter]>([
  ['accepted ones', { success: true }],
  ['refused ones', { success: false }],
  ['accepted sign-ins', { types: ['LOGIN'], success: true }],
  ['frequent and rare types', { types: ['LOGIN', 'ROLE_CHANGE'] }],
  ['a type that none has', { types: ['TOTP_DISABLE'] }],
  ['a rare type of a day', { types: ['ROLE_CHANGE'], from: hoursAgo(72), before: hoursAgo(48) }],
  ['two hours', { from: hoursAgo(72), before: hoursAgo(70) }],
  ['a time before all', { before: hoursAgo(9_999) }],
  ['a frequent risk', { riskLevels: ['LOW'] }],
  ['high risks of a type', { riskLevels: ['HIGH'], types: ['ROLE_CHANGE'] }],
])('events: %s', async (_what, filter) => {
  const { read, whole } = await readBy(gateway, eventsStatement(commandContext(gateway), filter, window));
  expect(whole).toEqual([]);
  expect(read).toBeLessThanOrEqual(MOST_READ);
});

it.each<[string, MailFilter]>([
  ['sent ones', { status: 'SENT' }],
  ['waiting ones', { status: 'PENDING' }],
  ['a frequent kind', { mail: 'verify-email' }],
  ['failed ones of a kind', { status: 'FAILED', mail: 'verify-email' }],
  ['two hours', { from: hoursAgo(72), before: hoursAgo(70) }],
  ['a recipient and a state', { recipient: '400@plan.example', status: 'FAILED' }],
])('emails: %s', async (_what, filter) => {
  const { read, whole } = await readBy(gateway, mailsStatement(filter, window));
  expect(whole).toEqual([]);
  expect(read).toBeLessThanOrEqual(MOST_READ);
});

it('everything that belongs to a page of accounts', async () => {
  const { context, sent } = watchedContext(gateway);
  const found = await rows<{ id: string }>(gateway, 'SELECT id FROM users ORDER BY created_at DESC LIMIT 50');
  const ids = found.map(({ id }) => id);
  await Promise.all([
    listUsers(context, {}, 'CREATED_AT_DESC', window),
    findSignInObstacles(context, ids, []),
    listEventsOfUsers(context, ids, {}, { ...window, first: 20 }),
    listEventsOfUsers(context, ids, { success: false }, { ...window, first: 20 }),
    listMailsOfUsers(context, ids, { ...window, first: 20 }),
    listSessions(context, ids, { kind: 'page-window', first: 20, after: null }),
    countSessions(context, ids),
  ]);
  expect(sent.length).toBeGreaterThanOrEqual(8);
  for (const statement of sent) {
    const { read, whole } = await readBy(gateway, statement);
    expect({ text: statement.text, whole }).toMatchObject({ whole: [] });
    expect(read, statement.text).toBeLessThanOrEqual(MOST_READ);
  }
});

it('the overview reads hours that are counted from their counts', async () => {
  await rollUp({ em: gateway.dependencies.orm.em.fork(), clock: gateway.clock });
  await rows(gateway, 'VACUUM ANALYZE');
  const { context, sent } = watchedContext(gateway);
  await readOverview(context, 90);
  const ofLog = sent.filter(({ text }) => text.includes('audit_events'));
  expect(ofLog).toHaveLength(2);
  for (const statement of ofLog) {
    const { read, whole } = await readBy(gateway, statement);
    expect(whole).not.toContain('audit_events');
    // The counts of some 330 hours, three times, in place of the events.
    expect(read).toBeLessThan(SEEDED / 4);
  }
});
