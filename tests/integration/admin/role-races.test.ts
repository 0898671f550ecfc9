import { afterAll, beforeAll, expect, it } from 'vitest';
import { AdminInviteUserDocument, RequestPasswordResetDocument } from '../../generated/operations.js';
import { rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { eventsOfRequest } from '../../support/audit.js';
import { eventually } from '../../support/eventually.js';
import { newEmail } from '../../support/journey.js';
import { documentOf, requiredInput } from '../../support/operation-calls.js';
import { lockAccount, lockRows } from '../../support/row-lock.js';
import { staffMember } from '../../support/staff.js';
import { type TwoFactorUser, twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const SET_ROLE = 'UPDATE users SET role = ? WHERE id = ? RETURNING id';

const helps = ['adminUnlockUser', 'adminEndUserSessions', 'adminEndSession', 'adminSendPasswordReset'];
const acts = [...helps, 'adminResetTwoFactor', 'adminRequirePasswordChange'];

/** Acts on an account, by one of its names. */
async function call(field: string, target: TwoFactorUser, token: string) {
  const { id: userId, email, sessionId } = target;
  const input = requiredInput(field, { userId, email, sessionId, reason: 'OTHER' });
  const answer = await gateway.send(documentOf(field), { input }, { token });
  return { answer, code: (Object.values(answer.data ?? {})[0] as { code?: string }).code };
}

/** Everything that an act could change. */
async function everythingOf({ id, email }: TwoFactorUser) {
  const text = `SELECT two_factor_enabled_at, password_change_required_at,
      (SELECT count(*) FROM sessions WHERE user_id = users.id AND revoked_at IS NULL) AS sessions,
      (SELECT count(*) FROM outbox_messages WHERE recipient = ?) AS mails
    FROM users WHERE id = ?`;
  return await rows(gateway, text, [email, id]);
}

async function expectForbidden(field: string, role: 'admin' | 'support', raced: 'actor' | 'target'): Promise<void> {
  const target = await twoFactorUser(gateway);
  const actor = await staffMember(gateway, role);
  gateway.clock.advance(61); // beyond the cool-down of mails
  const before = await everythingOf(target);
  const lock = await lockAccount(gateway.database.url, target.email);
  const called = call(field, target, actor.token);
  await eventually(async () => expect(await lock.waiting()).toBe(1), 3_000);
  if (raced === 'actor') await rows(gateway, SET_ROLE, ['user', actor.id]);
  else await lock.change("UPDATE users SET role = 'admin' WHERE id = $1", [target.id]);
  await lock.release();
  const { answer, code } = await called;
  expect(code).toBe('FORBIDDEN');
  const refusal = { success: false, actor_id: actor.id, user_id: target.id, metadata: { problem: 'FORBIDDEN' } };
  expect(await eventsOfRequest(gateway, answer)).toMatchObject([refusal]);
  expect(await everythingOf(target)).toEqual(before);
}

it.each(acts)('an admin who loses the role while %s waits for the account is refused', async (field) => {
  await expectForbidden(field, 'admin', 'actor');
});

it.each(helps)('support is refused by %s if the user becomes an admin in the meantime', async (field) => {
  await expectForbidden(field, 'support', 'target');
});

it('an admin who loses the role while an invitation waits invites nobody', async () => {
  const admin = await staffMember(gateway, 'admin');
  const email = newEmail();
  await gateway.ask(RequestPasswordResetDocument, { input: { email } });
  await eventually(async () => {
    const codes = "SELECT id FROM one_time_codes WHERE purpose = 'RESET_PASSWORD' AND address = ?";
    expect(await rows(gateway, codes, [email])).toHaveLength(1);
  });
  const lock = await lockRows(gateway.database.url, 'one_time_codes', 'address', email);
  const input = { email, role: 'admin', reason: 'OTHER' as const };
  const invited = gateway.ask(AdminInviteUserDocument, { input }, { token: admin.token });
  await eventually(async () => expect(await lock.waiting()).toBe(1), 3_000);
  await rows(gateway, SET_ROLE, ['user', admin.id]);
  await lock.release();
  const answer = await invited;
  expect(answer.data.adminInviteUser).toMatchObject({ code: 'FORBIDDEN' });
  expect(await eventsOfRequest(gateway, answer)).toMatchObject([{ type: 'USER_INVITE', success: false }]);
  expect(await rows(gateway, 'SELECT id FROM users WHERE email = ?', [email])).toEqual([]);
});
