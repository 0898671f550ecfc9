import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import { resetTwoFactor } from '../../../src/services/admin/reset-two-factor.js';
import {
  AdminDisableUserDocument,
  AdminEnableUserDocument,
  AdminSetUserRoleDocument,
} from '../../generated/operations.js';
import { commandContext, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
let admin: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

/** The mails about acts to an address, oldest first, with what their rows say. */
async function noticesTo(email: string) {
  const text = `SELECT mail, variables FROM outbox_messages
    WHERE recipient = ? AND mail NOT IN ('verify-email', 'new-device') ORDER BY created_at, id`;
  return await rows<{ mail: string; variables: Record<string, string> }>(gateway, text, [email]);
}

it('the owner is told of each change once, without the device and the address of the admin', async () => {
  const { id: userId, email } = await quickUser(gateway, { timezone: 'Asia/Tokyo', displayName: 'Robin' });
  const input = { userId, reason: 'ABUSE' } as const;
  const ask = { token: admin.token, from: '203.0.113.77', headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' } };
  await gateway.ask(AdminSetUserRoleDocument, { input: { ...input, role: 'editor' } }, ask);
  await gateway.ask(AdminSetUserRoleDocument, { input: { ...input, role: 'editor' } }, ask);
  await gateway.ask(AdminDisableUserDocument, { input }, ask);
  await gateway.ask(AdminDisableUserDocument, { input }, ask);
  await gateway.ask(AdminEnableUserDocument, { input }, ask);
  await gateway.ask(AdminEnableUserDocument, { input }, ask);
  const moment = { displayName: 'Robin', timeZone: 'Asia/Tokyo', occurredAt: expect.any(String) };
  expect(await noticesTo(email)).toEqual([
    { mail: 'role-changed', variables: { ...moment, role: 'editor' } },
    { mail: 'account-disabled', variables: moment },
    { mail: 'account-enabled', variables: moment },
  ]);
});

it('the command tells them too', async () => {
  const { email } = await quickUser(gateway);
  await changeUser(commandContext(gateway), OPERATOR, { email }, { role: 'editor' });
  await changeUser(commandContext(gateway), OPERATOR, { email }, { disabled: true });
  expect((await noticesTo(email)).map(({ mail }) => mail)).toEqual(['role-changed', 'account-disabled']);
});

it.each([
  ['en', 'An administrator has switched off', /if it was you/i],
  ['de', 'ein Administrator hat', /wenn sie es waren/i],
])('in %s, a removed second factor is told as what an administrator did', async (locale, said, ofOwner) => {
  const own = await testGateway({ worker: true });
  const { email } = await twoFactorUser(own, { locale });
  await resetTwoFactor(commandContext(own), OPERATOR, { email });
  const { text, html } = await own.mailTo(email, { mail: 'two-factor-disabled' });
  for (const body of [text, html]) {
    expect(body).toContain(said);
    expect(body).not.toMatch(ofOwner);
  }
});
