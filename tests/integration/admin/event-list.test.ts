import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminAuditFilter } from '../../generated/operations.js';
import {
  AdminAuditEventsDocument,
  AdminUnlockUserDocument,
  AdminUserAuditEventsDocument,
  LoginDocument,
  MyAuditEventsDocument,
} from '../../generated/operations.js';
import { quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { FROM, fromThere } from '../../support/audit.js';
import { loggedIn } from '../../support/journey.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let support: StaffMember;
let user: Awaited<ReturnType<typeof quickUser>>;

beforeAll(async () => {
  gateway = await sharedGateway();
  support = await staffMember(gateway, 'support');
  user = await quickUser(gateway);
  await gateway.ask(
    LoginDocument,
    { input: { identifier: user.email, password: 'Wrong-Horse-7-Staple' } },
    fromThere(),
  );
  await loggedIn(gateway, user.email, { ask: fromThere() });
  const input = { userId: user.id, reason: 'SUPPORT_REQUEST', ticket: 'T-1' } as const;
  await gateway.ask(AdminUnlockUserDocument, { input }, { token: support.token });
});
afterAll(() => gateway.close());

async function events(filter: AdminAuditFilter, page: { first?: number; after?: string | null } = {}) {
  const { data, errors } = await gateway.ask(AdminAuditEventsDocument, { filter, ...page }, { token: support.token });
  return { ...data?.adminAuditEvents, code: errors[0]?.extensions.code, fields: errors[0]?.extensions.fields };
}

const typesOf = async (filter: AdminAuditFilter) =>
  (await events(filter)).nodes.map(({ type, success }) => `${type} ${success}`);

describe('adminAuditEvents', () => {
  it('selects by account, actor, type, success and risk, newest first', async () => {
    const userId = user.id;
    const all = ['ACCOUNT_UNLOCK true', 'LOGIN true', 'LOGIN false', 'EMAIL_VERIFICATION true', 'SIGN_UP true'];
    expect(await typesOf({ userId })).toEqual(all);
    expect(await typesOf({ userId, types: ['LOGIN'] })).toEqual(['LOGIN true', 'LOGIN false']);
    expect(await typesOf({ userId, types: ['LOGIN', 'SIGN_UP'], success: false })).toEqual(['LOGIN false']);
    expect(await typesOf({ userId, riskLevels: ['MEDIUM', 'HIGH'] })).toEqual(['ACCOUNT_UNLOCK true', 'LOGIN false']);
    expect(await typesOf({ actorId: support.id, types: ['ACCOUNT_UNLOCK'] })).toEqual(['ACCOUNT_UNLOCK true']);
    expect(await typesOf({ types: ['ACCOUNT_UNLOCK', 'ACCOUNT_LOCK'] })).toEqual(['ACCOUNT_UNLOCK true']);
    expect(await typesOf({ types: ['LOGIN'], success: false })).toEqual(['LOGIN false']);
    expect(await typesOf({ riskLevels: ['CRITICAL'] })).toEqual([]);
    expect((await typesOf({ types: [], riskLevels: [] })).slice(0, 2)).toEqual(all.slice(0, 2));
  });

  it('shows staff the address, the agent and the details of an event of anybody', async () => {
    const { nodes } = await events({ ipAddress: FROM.address, success: false });
    expect(nodes).toMatchObject([
      { type: 'LOGIN', userId: user.id, ipAddress: FROM.address, userAgent: FROM.userAgent },
    ]);
    expect(nodes[0]?.attributes).toEqual([{ name: 'reason', value: 'INVALID_CREDENTIALS' }]);
    const { requestId, createdAt } = nodes[0] ?? {};
    expect((await events({ requestId })).nodes.map(({ id }) => id)).toEqual([nodes[0]?.id]);
    expect((await events({ requestId, before: createdAt })).nodes).toEqual([]);
    expect((await events({ requestId, from: createdAt })).nodes).toHaveLength(1);
  });

  it('shows owners the details of their events too', async () => {
    const { accessToken: token } = await loggedIn(gateway, user.email);
    const { data } = await gateway.ask(MyAuditEventsDocument, { first: 100 }, { token });
    const unlock = data.myAuditEvents.edges.find(({ node }) => node.type === 'ACCOUNT_UNLOCK')?.node;
    expect(unlock).toMatchObject({ actorId: support.id, ipAddress: null });
    expect(unlock?.attributes).toContainEqual({ name: 'ticket', value: 'T-1' });
  });

  it('walks through moments that are equal without loss or repeat', async () => {
    const stranger = '01890a5d-ac96-774b-bcce-b302099a8057';
    await rows(
      gateway,
      `INSERT INTO audit_events (id, type, success, risk_level, user_id, metadata, created_at)
       SELECT gen_random_uuid(), CASE WHEN i % 2 = 0 THEN 'PASSWORD_RESET' ELSE 'TOTP_ENABLE' END, true, 'HIGH', ?, '{}',
         ?::timestamptz + (i / 5) * interval '1 microsecond'
       FROM generate_series(1, 30) i RETURNING id`,
      [stranger, new Date(gateway.clock.now().getTime() - 60_000)],
    );
    for (const filter of [
      { userId: stranger },
      { types: ['PASSWORD_RESET', 'TOTP_ENABLE'] },
      {},
    ] as AdminAuditFilter[]) {
      const expected = (await events(filter, { first: 100 })).nodes.map(({ id }) => id);
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof events>> = await events(filter, { first: 4, after });
        seen.push(...page.nodes.map(({ id }) => id));
        after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
      } while (after !== null && seen.length < 200);
      expect(seen).toEqual(expected);
    }
  });

  it('refuses what is no filter and no cursor of this list', async () => {
    for (const [filter, field] of [
      [{ userId: 'no-id' }, 'userId'],
      [{ types: ["LOGIN' OR 1=1"] }, 'types'],
      [{ types: Array(51).fill('LOGIN') }, 'types'],
      [{ ipAddress: 'x'.repeat(46) }, 'ipAddress'],
      [{ requestId: 'a\u0000' }, 'requestId'],
    ] as [AdminAuditFilter, string][]) {
      const refused = await events(filter);
      expect(refused.code).toBe('INPUT_INVALID');
      expect((refused.fields as { path: string[] }[])[0]?.path.slice(0, 2)).toEqual(['filter', field]);
    }
    const { data } = await gateway.ask(MyAuditEventsDocument, { first: 1 }, { token: support.token });
    const ofAnother = data.myAuditEvents.pageInfo.endCursor ?? null;
    expect((await events({}, { after: ofAnother })).code).toBe('INPUT_INVALID');
    expect((await events({}, { first: 10_000 })).code).toBe('INPUT_INVALID');
  });
});

it('AdminUser.auditEvents has the events of the account alone', async () => {
  const ask = async (filter: AdminAuditFilter | null) => {
    const { data } = await gateway.ask(AdminUserAuditEventsDocument, { id: user.id, filter }, { token: support.token });
    return data.adminUser?.auditEvents.nodes ?? [];
  };
  expect(new Set((await ask(null)).map(({ userId }) => userId))).toEqual(new Set([user.id]));
  expect((await ask({ success: false })).map(({ type }) => type)).toEqual(['LOGIN']);
  expect(await ask({ userId: support.id })).toEqual([]);
});
