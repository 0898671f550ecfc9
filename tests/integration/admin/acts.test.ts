import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import {
  AdminDisableUserDocument,
  AdminEnableUserDocument,
  AdminEndUserSessionsDocument,
  AdminResetTwoFactorDocument,
  AdminSetUserRoleDocument,
  AdminUnlockUserDocument,
  AdminUserDocument,
  MeDocument,
} from '../../generated/operations.js';
import { quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn } from '../../support/journey.js';
import { documents } from '../../support/operation-calls.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
let admin: StaffMember;
let support: StaffMember;
let user: Awaited<ReturnType<typeof quickUser>>;

beforeAll(async () => {
  gateway = await sharedGateway();
  [admin, support, user] = [
    await staffMember(gateway, 'admin'),
    await staffMember(gateway, 'support'),
    await quickUser(gateway),
  ];
});
afterAll(() => gateway.close());

const OTHER = { reason: 'OTHER' } as const;

/** The latest event of an account, as it is stored. */
async function lastEvent(userId: string) {
  const text =
    'SELECT type, success, actor_id, metadata FROM audit_events WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT 1';
  return (await rows(gateway, text, [userId]))[0];
}

const rowsOfStaff = Object.entries({ ...operations.Query, ...operations.Mutation }).flatMap(([field, row]) =>
  row.who === 'staff' ? [[field, row.least] as const] : [],
);

it.each(rowsOfStaff)('%s is allowed to the roles of its row, and a refusal is audited', async (field, least) => {
  for (const member of [admin, support]) {
    const role = member === admin ? 'admin' : 'support';
    const { data, errors } = await gateway.send(documents[field] ?? '', {}, { token: member.token });
    const code = errors[0]?.extensions.code ?? (data?.field as { code?: string } | null)?.code;
    if (role === 'admin' || least === 'support') expect(code).not.toBe('FORBIDDEN');
    else expect(code).toBe('FORBIDDEN');
  }
  if (least === 'support') return;
  const refused =
    "SELECT metadata FROM audit_events WHERE actor_id = ? AND type = 'ACCESS_DENIED' AND metadata->>'operation' = ?";
  expect(await rows(gateway, refused, [support.id, field])).toEqual([
    { metadata: { rule: 'isAdmin', operation: field } },
  ]);
});

describe('an act', () => {
  it('disables and enables: sessions end, and both are audited with reason and ticket', async () => {
    const { accessToken } = await loggedIn(gateway, user.email);
    const input = { userId: user.id, reason: 'ABUSE', ticket: 'T-17' } as const;
    const disabled = await gateway.ask(AdminDisableUserDocument, { input }, { token: admin.token });
    const done = expectType(disabled.data.adminDisableUser, 'AdminUserUpdated');
    expect(done).toMatchObject({ endedSessions: 1, user: { id: user.id, state: 'DISABLED', liveSessionCount: 0 } });
    expect((await gateway.ask(MeDocument, {}, { token: accessToken })).errors[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    const facts = { by: 'admin', reason: 'ABUSE', ticket: 'T-17' };
    expect(await lastEvent(user.id)).toEqual({
      type: 'ACCOUNT_DISABLE',
      success: true,
      actor_id: admin.id,
      metadata: facts,
    });
    const enabled = await gateway.ask(AdminEnableUserDocument, { input }, { token: admin.token });
    expectType(enabled.data.adminEnableUser, 'AdminUserUpdated');
    expect(await lastEvent(user.id)).toMatchObject({ type: 'ACCOUNT_ENABLE', metadata: facts });
    await loggedIn(gateway, user.email);
  });

  it('refuses input before it does anything', async () => {
    const bad = { userId: user.id, reason: 'OTHER', ticket: 'see <script>' } as const;
    const document =
      'mutation($input: AdminUserInput!) { field: adminUnlockUser(input: $input) { ... on AuthInputProblem { fields { path } } } }';
    const { data } = await gateway.send(document, { input: bad }, { token: admin.token });
    expect(data?.field).toEqual({ fields: [{ path: ['input', 'ticket'] }] });
    for (const role of ['Admin', '', 'a b', 'x'.repeat(33)]) {
      const input = { userId: user.id, role, ...OTHER };
      const answer = await gateway.ask(AdminSetUserRoleDocument, { input }, { token: admin.token });
      expectType(answer.data.adminSetUserRole, 'AuthInputProblem');
    }
  });

  it('knows no account by an id that is unknown or is none', async () => {
    for (const userId of ['no-id', '01890a5d-ac96-774b-bcce-b302099a8057']) {
      const input = { userId, ...OTHER };
      const { data } = await gateway.ask(AdminUnlockUserDocument, { input }, { token: admin.token });
      expectType(data.adminUnlockUser, 'AuthNotFoundProblem');
      const read = await gateway.ask(AdminUserDocument, { id: userId }, { token: admin.token });
      expect(read.data.adminUser).toBeNull();
    }
  });

  it('of support on an admin is forbidden and audited, on everybody else allowed', async () => {
    const token = support.token;
    const onAdmin = { userId: admin.id, ...OTHER };
    const refused = await gateway.ask(AdminEndUserSessionsDocument, { input: onAdmin }, { token });
    expect(expectType(refused.data.adminEndUserSessions, 'AuthAccessProblem').code).toBe('FORBIDDEN');
    expect(await lastEvent(admin.id)).toEqual({
      type: 'SESSION_REVOKE',
      success: false,
      actor_id: support.id,
      metadata: { by: 'support', reason: 'OTHER', problem: 'FORBIDDEN' },
    });
    expect((await gateway.ask(MeDocument, {}, { token: admin.token })).data.me?.id).toBe(admin.id);
    const onUser = { userId: user.id, ...OTHER };
    const ended = await gateway.ask(AdminEndUserSessionsDocument, { input: onUser }, { token });
    expectType(ended.data.adminEndUserSessions, 'AdminUserUpdated');
  });

  it('takes nothing from the admin who acts', async () => {
    const self = { userId: admin.id, ...OTHER };
    const disabled = await gateway.ask(AdminDisableUserDocument, { input: self }, { token: admin.token });
    expect(expectType(disabled.data.adminDisableUser, 'AuthAccessProblem').code).toBe('FORBIDDEN');
    const role = await gateway.ask(
      AdminSetUserRoleDocument,
      { input: { ...self, role: 'user' } },
      { token: admin.token },
    );
    expect(expectType(role.data.adminSetUserRole, 'AuthAccessProblem').code).toBe('FORBIDDEN');
  });

  it('removes a second factor once, and then there is none', async () => {
    const holder = await twoFactorUser(gateway);
    const { data: found } = await gateway.ask(AdminUserDocument, { id: holder.id }, { token: admin.token });
    expect(found.adminUser?.twoFactorEnabledAt).not.toBeNull();
    const input = { userId: holder.id, ...OTHER };
    const first = await gateway.ask(AdminResetTwoFactorDocument, { input }, { token: admin.token });
    expect(expectType(first.data.adminResetTwoFactor, 'AdminUserUpdated').user.twoFactorEnabledAt).toBeNull();
    const second = await gateway.ask(AdminResetTwoFactorDocument, { input }, { token: admin.token });
    expectType(second.data.adminResetTwoFactor, 'AuthConflictProblem');
  });

  it('needs a recent sign-in where its row says so', async () => {
    const stale = await staffMember(gateway, 'admin');
    gateway.clock.advance(650);
    const input = { userId: user.id, ...OTHER };
    const refused = await gateway.ask(AdminDisableUserDocument, { input }, { token: stale.token });
    expect(expectType(refused.data.adminDisableUser, 'AuthAccessProblem').code).toBe('REAUTHENTICATION_REQUIRED');
    const allowed = await gateway.ask(AdminUnlockUserDocument, { input }, { token: stale.token });
    expectType(allowed.data.adminUnlockUser, 'AdminUserUpdated');
  });
});

it('of two admins who demote each other at once, one remains', async () => {
  const own = await sharedGateway();
  const [one, other] = [await staffMember(own, 'admin'), await staffMember(own, 'admin')];
  await rows(own, "UPDATE users SET role = 'user' WHERE role = 'admin' AND id NOT IN (?, ?) RETURNING id", [
    one.id,
    other.id,
  ]);
  const demote = async (by: StaffMember, { id: userId }: StaffMember) =>
    (await own.ask(AdminSetUserRoleDocument, { input: { userId, role: 'user', ...OTHER } }, { token: by.token })).data
      .adminSetUserRole;
  const outcomes = await Promise.all([demote(one, other), demote(other, one)]);
  expect(outcomes.map(({ __typename }) => __typename).toSorted()).toEqual(['AdminUserUpdated', 'AuthAccessProblem']);
  expect(await rows(own, "SELECT 1 AS left FROM users WHERE role = 'admin'")).toHaveLength(1);
  await own.close();
});
