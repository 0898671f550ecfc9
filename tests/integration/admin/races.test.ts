import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import { deleteUser } from '../../../src/services/admin/delete-user.js';
import {
  AdminDeleteUserDocument,
  AdminDisableUserDocument,
  AdminResetTwoFactorDocument,
  AdminRetryMailDocument,
  AdminSetUserRoleDocument,
  LoginDocument,
  RefreshDocument,
} from '../../generated/operations.js';
import { atOnce, commandContext, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { loggedIn, PASSWORD } from '../../support/journey.js';
import { lockAccount } from '../../support/row-lock.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
let admin: StaffMember;
beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

const WHY = { reason: 'OTHER' } as const;

const disable = (userId: string, _email: string) =>
  gateway.ask(AdminDisableUserDocument, { input: { userId, ...WHY } }, { token: admin.token });
const remove = (userId: string, email: string) =>
  gateway.ask(AdminDeleteUserDocument, { input: { userId, email, ...WHY } }, { token: admin.token });

it.each([
  ['disabled', disable],
  ['deleted', remove],
])('an account that is %s beside logins and refreshes keeps no session', async (_name, act) => {
  for (let round = 0; round < 4; round += 1) {
    const { id, email } = await quickUser(gateway);
    const { refreshToken } = await loggedIn(gateway, email);
    const login = () =>
      gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' } });
    const refresh = () => gateway.ask(RefreshDocument, { input: { refreshToken } });
    await Promise.all([login(), refresh(), act(id, email), refresh(), login()]);
    expect(await rows(gateway, 'SELECT id FROM sessions WHERE user_id = ? AND revoked_at IS NULL', [id])).toEqual([]);
  }
});

it('of two admins, one remains if commands and an admin take their access away at once', async () => {
  const own = await testGateway();
  const [one, other] = [await staffMember(own, 'admin'), await staffMember(own, 'admin')];
  const input = { userId: other.id, role: 'user', ...WHY };
  await Promise.all([
    changeUser(commandContext(own), OPERATOR, { email: one.email }, { role: 'user' }),
    own.ask(AdminSetUserRoleDocument, { input }, { token: one.token }),
    changeUser(commandContext(own), OPERATOR, { email: other.email }, { disabled: true }),
    deleteUser(commandContext(own), OPERATOR, { id: one.id }, one.email),
  ]);
  const left = "SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL AND deleted_at IS NULL";
  expect(await rows(own, left)).toHaveLength(1);
});

it('an email that many retry at once is enqueued once', async () => {
  const { email } = await quickUser(gateway);
  const text = `UPDATE outbox_messages SET status = 'FAILED', mail = 'account-enabled', code_id = NULL
    WHERE recipient = ? AND mail = 'verify-email' RETURNING id`;
  const [mail] = await rows<{ id: string }>(gateway, text, [email]);
  const input = { mailId: mail?.id ?? '' };
  const answers = await atOnce(4, () => gateway.ask(AdminRetryMailDocument, { input }, { token: admin.token }));
  expect(answers.map(({ data }) => data.adminRetryMail.__typename).toSorted()).toEqual([
    'AdminMailQueued',
    ...Array.from({ length: 3 }, () => 'AuthConflictProblem'),
  ]);
});

const resetTwoFactor = (userId: string) =>
  gateway.ask(AdminResetTwoFactorDocument, { input: { userId, ...WHY } }, { token: admin.token });

it('a second factor that many reset at once is reset once, with one event and one email', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { id, email } = await twoFactorUser(gateway);
    const answers = await atOnce(4, () => resetTwoFactor(id));
    expect(answers.map(({ data }) => data.adminResetTwoFactor.__typename).toSorted()).toEqual([
      'AdminUserUpdated',
      ...Array.from({ length: 3 }, () => 'AuthConflictProblem'),
    ]);
    const events = "SELECT id FROM audit_events WHERE type = 'TOTP_DISABLE' AND user_id = ? AND success";
    expect(await rows(gateway, events, [id])).toHaveLength(1);
    const mails = "SELECT id FROM outbox_messages WHERE recipient = ? AND mail = 'two-factor-disabled'";
    expect(await rows(gateway, mails, [email])).toHaveLength(1);
  }
});

it('the reset of a second factor that waits for a deletion mails nobody', async () => {
  const { id, email } = await twoFactorUser(gateway);
  const lock = await lockAccount(gateway.database.url, email);
  const removed = remove(id, email);
  await eventually(async () => expect(await lock.waiting()).toBe(1));
  const reset = resetTwoFactor(id);
  await eventually(async () => expect(await lock.waiting()).toBe(2));
  await lock.release();
  expect((await removed).data.adminDeleteUser.__typename).toBe('AdminUserDeleted');
  expect((await reset).data.adminResetTwoFactor.__typename).toBe('AuthNotFoundProblem');
  const mails = "SELECT recipient FROM outbox_messages WHERE recipient = ? AND mail = 'two-factor-disabled'";
  expect(await rows(gateway, mails, [email])).toEqual([]);
});
