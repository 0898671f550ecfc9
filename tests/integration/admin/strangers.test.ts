import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdminAuditEventsDocument,
  AdminDeleteUserDocument,
  AdminDisableUserDocument,
  AdminInviteUserDocument,
  AdminMailsDocument,
  AdminUnlockUserDocument,
  AdminUserDocument,
  AdminUsersDocument,
} from '../../generated/operations.js';
import { faults, quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType } from '../../support/journey.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let admin: StaffMember;
let ask: { token: string };

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
  ask = { token: admin.token };
});
afterAll(async () => {
  expect(faults(gateway)).toEqual([]);
  await gateway.close();
});

const OTHER = { reason: 'OTHER' } as const;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The first and the last moment that a request can name, and those that an offset moves out of four digits. */
const EDGES = [
  '0000-01-01T00:00:00Z',
  '0000-01-01T00:00:00+23:59',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-23:59',
];

const timeFilters: [string, (time: string) => Promise<{ status: number; body: string }>][] = [
  ...(['createdFrom', 'createdBefore', 'lastLoginFrom', 'lastLoginBefore'] as const).map(
    (name): (typeof timeFilters)[number] => [
      `AdminUserFilter.${name}`,
      (time) => gateway.ask(AdminUsersDocument, { filter: { [name]: time } }, ask),
    ],
  ),
  ...(['from', 'before'] as const).flatMap((name): typeof timeFilters => [
    [`AdminAuditFilter.${name}`, (time) => gateway.ask(AdminAuditEventsDocument, { filter: { [name]: time } }, ask)],
    [`AdminMailFilter.${name}`, (time) => gateway.ask(AdminMailsDocument, { filter: { [name]: time } }, ask)],
  ]),
];

it.each(timeFilters)('%s is answered for every moment that can be written', async (_name, send) => {
  for (const time of EDGES) {
    const { body } = await send(time);
    expect(body, time).not.toContain('INTERNAL_SERVER_ERROR');
  }
  for (const time of ['+275760-09-13T00:00:00Z', '2026-02-30T00:00:00Z', 'infinity', '-infinity', 'now', '']) {
    expect((await send(time)).body, time).toMatch(/BAD_USER_INPUT|INPUT_INVALID/);
  }
});

it.each(['users.csv?createdFrom', 'users.csv?lastLoginBefore', 'audit-events.csv?from', 'audit-events.csv?before'])(
  'an export is answered for every moment of %s',
  async (parameter) => {
    const headers = { authorization: `Bearer ${admin.token}` };
    for (const time of EDGES) {
      const url = `/admin/export/${parameter}=${encodeURIComponent(time)}`;
      const { statusCode } = await gateway.inject({ url, headers });
      expect([200, 400], time).toContain(statusCode);
    }
  },
);

it('a cursor belongs to one list, and no other is taken', async () => {
  const cursors = {
    users: (await gateway.ask(AdminUsersDocument, { first: 1 }, ask)).data.adminUsers.pageInfo.endCursor,
    events: (await gateway.ask(AdminAuditEventsDocument, { first: 1 }, ask)).data.adminAuditEvents.pageInfo.endCursor,
    mails: (await gateway.ask(AdminMailsDocument, { first: 1 }, ask)).data.adminMails.pageInfo.endCursor,
  };
  const lists = {
    users: (after: string) => gateway.ask(AdminUsersDocument, { after }, ask),
    events: (after: string) => gateway.ask(AdminAuditEventsDocument, { after }, ask),
    mails: (after: string) => gateway.ask(AdminMailsDocument, { after }, ask),
  };
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const orders = { users: 'CREATED_AT_DESC', events: 'EVENTS', mails: 'MAILS' };
  for (const [name, list] of Object.entries(lists)) {
    for (const [of, cursor] of Object.entries(cursors)) {
      const { errors } = await list(cursor ?? '');
      expect(errors[0]?.extensions.code, `${of} for ${name}`).toBe(of === name ? undefined : 'INPUT_INVALID');
    }
    const order = orders[name as keyof typeof orders];
    for (const garbage of [
      '',
      ' ',
      '🦊',
      'null',
      'a'.repeat(5_000),
      encode(`${order} ${ID}`),
      encode(`${order} ${ID} 1e9`),
    ])
      expect((await list(garbage)).errors[0]?.extensions.code).toBe('INPUT_INVALID');
    // The farthest moments of the right form are before or after everything.
    for (const value of ['99999999999999999', '-99999999999999999', '0']) {
      expect((await list(encode(`${order} ${ID} ${value}`))).errors).toEqual([]);
    }
  }
  for (const text of ["' OR 1=1 --", '%', '\ud800', '\u202e', 'a\u0000']) {
    const after = encode(`EMAIL_ASC ${ID} ${text}`);
    const { body } = await gateway.ask(AdminUsersDocument, { orderBy: 'EMAIL_ASC', after }, ask);
    expect(body).not.toContain('INTERNAL_SERVER_ERROR');
  }
});

it('a page has 1 to 100 items, in every list and in those of an account', async () => {
  const lists = ['adminUsers', 'adminAuditEvents', 'adminMails'].map(
    (name) => (first: number) => `{ ${name}(first: ${first}) { nodes { id } } }`,
  );
  const below = ['sessions', 'auditEvents', 'mails'].map(
    (name) => (first: number) => `{ adminUser(id: "${admin.id}") { ${name}(first: ${first}) { nodes { id } } } }`,
  );
  for (const textOf of [...lists, ...below]) {
    for (const first of [0, -1, 101, 10_000]) {
      const { errors } = await gateway.send(textOf(first), {}, ask);
      expect(errors[0]?.extensions.code, textOf(first)).toBe('INPUT_INVALID');
    }
    expect((await gateway.send(textOf(2_147_483_648), {}, ask)).body).toMatch(
      /GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT/,
    );
  }
});

describe('an address', () => {
  it('is one account in every case, with a plus too', async () => {
    const email = 'ada+billing@plus.example';
    const invite = async (typed: string) =>
      (await gateway.ask(AdminInviteUserDocument, { input: { email: typed, ...OTHER } }, ask)).data.adminInviteUser;
    const { user } = expectType(await invite('Ada+Billing@PLUS.example'), 'AdminUserUpdated');
    expect(user.email).toBe(email);
    for (const typed of [email, ` ${email.toUpperCase()} `]) expectType(await invite(typed), 'AuthConflictProblem');
    for (const text of ['ADA+BILL', 'a+billing@plus', '+billing']) {
      const { data } = await gateway.ask(AdminUsersDocument, { filter: { text } }, ask);
      expect(data.adminUsers.nodes.map(({ id }) => id)).toEqual([user.id]);
    }
    const mails = await gateway.ask(AdminMailsDocument, { filter: { recipient: email.toUpperCase() } }, ask);
    expect(mails.data.adminMails.nodes).toHaveLength(1);
    const typed = { userId: user.id.toUpperCase(), email: ` ${email.toUpperCase()}`, ...OTHER };
    const { data } = await gateway.ask(AdminDeleteUserDocument, { input: typed }, ask);
    expectType(data.adminDeleteUser, 'AdminUserDeleted');
  });

  it.each(['', 'a@', 'a b@c.example', 'a\u0000@c.example', 'ａ＠ｃ．example', `${'a'.repeat(250)}@c.example`])(
    '%j invites nobody',
    async (email) => {
      const { data, errors } = await gateway.ask(AdminInviteUserDocument, { input: { email, ...OTHER } }, ask);
      expect([data.adminInviteUser?.__typename, errors[0]?.extensions.code]).toContain('AuthInputProblem');
    },
  );
});

it('an account that is deleted is nobody, and its events stay', async () => {
  const { id, email } = await quickUser(gateway);
  await gateway.ask(AdminDeleteUserDocument, { input: { userId: id, email, ...OTHER } }, ask);
  expect((await gateway.ask(AdminUserDocument, { id }, ask)).data.adminUser).toBeNull();
  const unlocked = await gateway.ask(AdminUnlockUserDocument, { input: { userId: id, ...OTHER } }, ask);
  expectType(unlocked.data.adminUnlockUser, 'AuthNotFoundProblem');
  const { data } = await gateway.ask(AdminAuditEventsDocument, { filter: { userId: id } }, ask);
  expect(data.adminAuditEvents.nodes.map(({ type }) => type)).toContain('ACCOUNT_DELETE');
  expect(JSON.stringify(data)).not.toContain(email);
});

it('an admin who is disabled is nobody at once, with a token that has not expired', async () => {
  const former = await staffMember(gateway, 'admin');
  await gateway.ask(AdminDisableUserDocument, { input: { userId: former.id, ...OTHER } }, ask);
  const answers = [
    await gateway.ask(AdminUsersDocument, {}, { token: former.token }),
    await gateway.ask(AdminUnlockUserDocument, { input: { userId: admin.id, ...OTHER } }, { token: former.token }),
  ];
  for (const { body } of answers) expect(body).toContain('UNAUTHENTICATED');
  const headers = { authorization: `Bearer ${former.token}` };
  expect((await gateway.inject({ url: '/admin/export/users.csv', headers })).statusCode).toBe(401);
});

describe('ADMIN_NETWORKS behind a proxy', () => {
  const PROXY = '10.9.9.9';
  const OFFICE = '203.0.113.5';
  const ELSEWHERE = '198.51.100.1';
  let behind: TestGateway;
  let boss: StaffMember;

  beforeAll(async () => {
    behind = await sharedGateway({
      env: { ADMIN_NETWORKS: '203.0.113.0/24', TRUSTED_PROXIES: PROXY, ADMIN_PAGE: 'on' },
    });
    boss = await staffMember(behind, 'admin');
  });
  afterAll(() => behind.close());

  it.each([
    ['from the office through the proxy', PROXY, OFFICE, true],
    ['from elsewhere through the proxy', PROXY, ELSEWHERE, false],
    ['from elsewhere, with the office as what the client said', PROXY, `${OFFICE}, ${ELSEWHERE}`, false],
    ['from the office, with another address as what the client said', PROXY, `${ELSEWHERE}, ${OFFICE}`, true],
    ['from elsewhere past the proxy, with the office in the header', ELSEWHERE, OFFICE, false],
    ['from the proxy itself', PROXY, undefined, false],
    ['with a header that names nobody', PROXY, 'unknown', false],
  ])('%s', async (_what, remoteAddress, forwarded, isAllowed) => {
    const headers = {
      authorization: `Bearer ${boss.token}`,
      ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
    };
    const read = await behind.ask(AdminUsersDocument, {}, { headers, from: remoteAddress });
    expect(read.errors[0]?.extensions.code).toBe(isAllowed ? undefined : 'FORBIDDEN');
    const statuses = [];
    for (const url of ['/admin', '/admin/users', '/admin/export/users.csv?role=admin'])
      statuses.push((await behind.inject({ url, headers, remoteAddress })).statusCode);
    expect(statuses).toEqual(Array(3).fill(isAllowed ? 200 : 403));
  });
});
