import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminUserFilter, AdminUserOrder } from '../../generated/operations.js';
import { AdminUsersDocument, LoginDocument } from '../../generated/operations.js';
import { quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let support: StaffMember;

interface Wanted {
  filter?: AdminUserFilter;
  orderBy?: AdminUserOrder;
  first?: number;
  after?: string | null;
}

/** Accounts of a list that nobody signed up for. */
async function seed(count: number, domain: string) {
  await rows(
    gateway,
    `INSERT INTO users (id, email, username, username_key, display_name, role, password_hash, password_changed_at,
       email_verified_at, last_login_at, created_at, updated_at)
     SELECT gen_random_uuid(), 'seed' || i || '@' || ?, 'Seed_' || i, 'seed_' || i, 'Person Ünïque' || i, 'user', 'x', now(), now(),
       CASE WHEN i % 3 > 0 THEN timestamptz '2026-01-01' + (i / 7) * interval '1 microsecond' END,
       timestamptz '2025-01-01' + (i / 5) * interval '1 microsecond', now()
     FROM generate_series(1, ?) i RETURNING id`,
    [domain, count],
  );
}

async function list(wanted: Wanted, token = support.token) {
  const { data, errors } = await gateway.ask(AdminUsersDocument, { orderBy: 'CREATED_AT_DESC', ...wanted }, { token });
  return { users: data?.adminUsers, code: errors[0]?.extensions.code, fields: errors[0]?.extensions.fields };
}

const emails = async (filter: AdminUserFilter) => (await list({ filter })).users.nodes.map(({ email }) => email);

beforeAll(async () => {
  gateway = await sharedGateway();
  support = await staffMember(gateway, 'support');
});
afterAll(() => gateway.close());

describe('a page', () => {
  beforeAll(() => seed(60, 'order.example'));

  it.each(['CREATED_AT_DESC', 'CREATED_AT_ASC', 'LAST_LOGIN_AT_DESC', 'EMAIL_ASC'] as const)(
    'follows another without loss or repeat by %s, whatever moments are equal',
    async (orderBy) => {
      const filter = { text: 'seed' };
      const all = (await list({ filter, orderBy, first: 100 })).users;
      expect(all.nodes).toHaveLength(60);
      expect(all.approximateTotalCount).toBe(60);
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const { users }: Awaited<ReturnType<typeof list>> = await list({ filter, orderBy, first: 7, after });
        seen.push(...users.nodes.map(({ id }) => id));
        after = users.pageInfo.hasNextPage ? (users.pageInfo.endCursor ?? null) : null;
      } while (after !== null && seen.length < 100);
      expect(seen).toEqual(all.nodes.map(({ id }) => id));
    },
  );

  it('puts accounts that never signed in last', async () => {
    const { users } = await list({ filter: { text: 'seed' }, orderBy: 'LAST_LOGIN_AT_DESC', first: 100 });
    const logins = users.nodes.map(({ lastLoginAt }) => lastLoginAt);
    expect(logins.lastIndexOf(logins.findLast((time) => time !== null) ?? null)).toBe(39);
    expect(logins.slice(40)).toEqual(Array(20).fill(null));
  });

  it('has 1 to 100 accounts, and starts at a cursor of its own order', async () => {
    const { users } = await list({ filter: { text: 'seed' }, first: 1 });
    const after = users.pageInfo.endCursor ?? null;
    for (const wanted of [{ first: 0 }, { first: 101 }, { first: 10_000 }])
      expect((await list(wanted)).code).toBe('INPUT_INVALID');
    for (const orderBy of ['CREATED_AT_ASC', 'LAST_LOGIN_AT_DESC', 'EMAIL_ASC'] as const) {
      expect(await list({ orderBy, after })).toMatchObject({
        code: 'INPUT_INVALID',
        fields: [{ path: ['after'], rule: 'cursor' }],
      });
    }
    const own = Buffer.from('1767225600000_01890a5d-ac96-774b-bcce-b302099a8057').toString('base64url');
    const forged = [
      'CREATED_AT_DESC 01890a5d-ac96-774b-bcce-b302099a8057 9999999999999999999',
      'CREATED_AT_DESC x 1',
      '',
    ].map((text) => Buffer.from(text).toString('base64url'));
    for (const cursor of [own, ...forged, '%']) expect((await list({ after: cursor })).code).toBe('INPUT_INVALID');
  });

  it('is only for staff', async () => {
    const { email } = await quickUser(gateway);
    const { data } = await gateway.ask(LoginDocument, {
      input: { identifier: email, password: 'Correct-Horse-7-Staple', tokenDelivery: 'BODY' },
    });
    const token = (data.login as { tokens: { accessToken: string } }).tokens.accessToken;
    expect((await list({}, token)).code).toBe('FORBIDDEN');
  });
});

describe('a filter by text', () => {
  beforeAll(async () => {
    await quickUser(gateway, {
      email: 'grace.hopper@navy.example',
      username: 'Amazing_Grace',
      displayName: 'Rear Admiral (Alias@fleet.example)',
    });
    await quickUser(gateway, { email: '100%_off\'"@shop.example', displayName: 'Back\\slash 🦊 "quoted"' }).catch(
      () => undefined,
    );
    await quickUser(gateway, { email: '100percent@shop.example', displayName: "50% o'ff_ \\ 🦊" });
  });

  it.each([
    ['the beginning of an address', 'grace.ho'],
    ['a full address', 'grace.hopper@navy.example'],
    ['upper case and blanks', '  GRACE.Hopper@Navy.Example '],
    ['two characters', 'gr'],
    ['the beginning of a username', 'amazing'],
    ['the middle of an address', 'hopper@na'],
    ['the end of an address', 'Hopper@navy.example'],
    ['a domain', '@navy.ex'],
    ['an address in a display name', 'alias@FLEET.ex'],
    ['the middle of a username', 'zing_gr'],
    ['a part of a display name', 'admiral'],
  ])('finds %s', async (_what, text) => {
    expect(await emails({ text })).toEqual(['grace.hopper@navy.example']);
  });

  it.each(['50% o', "o'ff", 'ff_ \\', '\\ 🦊'])('takes %j as it is', async (text) => {
    expect(await emails({ text })).toEqual(['100percent@shop.example']);
  });

  it.each(['%%', '__', '%a%', '_eed', 'hopper@other', '%%%@navy', 'hopper_@navy', "';--", '\\\\', 'x'.repeat(254)])(
    'finds nothing by %j',
    async (text) => {
      expect(await emails({ text })).toEqual([]);
    },
  );

  it.each(['', 'a', ' a ', 'x'.repeat(300), 'a\u0000b', 'ab\ud800'])('refuses %j', async (text) => {
    expect(await list({ filter: { text } })).toMatchObject({
      code: 'INPUT_INVALID',
      fields: [{ path: ['filter', 'text'] }],
    });
  });
});

describe('a filter', () => {
  it('by state selects what each account shows', async () => {
    const unverified = await signedUp(gateway);
    const [disabled, breached, locked] = [await quickUser(gateway), await quickUser(gateway), await quickUser(gateway)];
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE id = ? RETURNING id', [disabled.id]);
    await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE id = ? RETURNING id', [breached.id]);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await gateway.ask(LoginDocument, { input: { identifier: locked.email, password: 'Wrong-Horse-7-Staple' } });
    }
    const expected = {
      UNVERIFIED: unverified,
      DISABLED: disabled,
      PASSWORD_CHANGE_REQUIRED: breached,
      LOCKED: locked,
      ACTIVE: support,
    };
    for (const [state, { email }] of Object.entries(expected)) {
      const { users } = await list({ filter: { state: state as 'ACTIVE' }, first: 100 });
      expect(users.nodes.map((user) => user.email)).toContain(email);
      expect(new Set(users.nodes.map((user) => user.state))).toEqual(new Set([state]));
    }
  }, 60_000);

  it('by role, second factor and time joins with the others', async () => {
    expect(await emails({ role: 'support' })).toEqual([support.email]);
    expect(await emails({ role: 'support', twoFactor: true })).toEqual([]);
    expect(await emails({ role: 'support', twoFactor: false })).toEqual([support.email]);
    const { users } = await list({ filter: { role: 'support' } });
    const { createdAt, lastLoginAt } = users.nodes[0] ?? {};
    expect(await emails({ role: 'support', createdFrom: createdAt, lastLoginFrom: lastLoginAt })).toEqual([
      support.email,
    ]);
    expect(await emails({ role: 'support', createdBefore: createdAt })).toEqual([]);
    expect(await emails({ role: 'support', lastLoginBefore: lastLoginAt })).toEqual([]);
    expect((await list({ filter: { role: 'No Role' } })).code).toBe('INPUT_INVALID');
  });
});
