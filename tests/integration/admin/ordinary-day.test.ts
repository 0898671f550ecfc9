import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdminAuditEventsDocument,
  AdminDeleteUserDocument,
  AdminDisableUserDocument,
  AdminEnableUserDocument,
  AdminEndUserSessionsDocument,
  AdminInviteUserDocument,
  AdminMailsDocument,
  AdminOverviewDocument,
  AdminRequirePasswordChangeDocument,
  AdminResendVerificationDocument,
  AdminResetTwoFactorDocument,
  AdminRetryMailDocument,
  AdminSendPasswordResetDocument,
  AdminSendTestMailDocument,
  AdminStatusDocument,
  AdminUnlockUserDocument,
  AdminUserDocument,
  AdminUsersDocument,
  LoginDocument,
  MeDocument,
  ResetPasswordDocument,
  VerifyEmailDocument,
} from '../../generated/operations.js';
import { accountOf, mailedTo, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { NEW_PASSWORD } from '../../support/passwords.js';
import { staffMember } from '../../support/staff.js';
import { challengeOf, complete, twoFactorUser, wrongAppCode } from '../../support/totp.js';

let gateway: TestGateway;
let ask: { token: string };
const ATTACKER = '198.51.100.7';
const WHY = { reason: 'SUPPORT_REQUEST', ticket: 'DAY-1' } as const;

beforeAll(async () => {
  gateway = await sharedGateway();
  ask = { token: (await staffMember(gateway, 'admin')).token };
});
afterAll(() => gateway.close());

const login = async (identifier: string, password = PASSWORD, from = '203.0.113.5') =>
  await gateway.ask(LoginDocument, { input: { identifier, password, tokenDelivery: 'BODY' } }, { from });
const canSignIn = async (email: string, password = PASSWORD) =>
  expectType((await login(email, password)).data.login, 'LoginSuccess');
const obstacleOf = async (id: string) =>
  (await gateway.ask(AdminUserDocument, { id }, ask)).data.adminUser?.signInObstacle;
const find = async (text: string) =>
  (await gateway.ask(AdminUsersDocument, { filter: { text } }, ask)).data.adminUsers.nodes.map(({ email }) => email);
const inputOf = (userId: string) => ({ input: { userId, ...WHY } });

async function lock(email: string) {
  let answer = await login(email, 'Wrong-Horse-7-Staple', ATTACKER);
  while (answer.data.login.__typename !== 'AccountLockedProblem')
    answer = await login(email, 'Wrong-Horse-7-Staple', ATTACKER);
}

it('finds a person by part of an address or a name', async () => {
  const email = 'bob.builder@yard.example';
  await quickUser(gateway, { email, username: 'Fixer', displayName: 'Robert Baumeister' });
  for (const text of ['bob.b', 'yard.ex', 'fix', 'aumeis', email.toUpperCase()])
    expect(await find(text)).toEqual([email]);
});

describe('why somebody cannot sign in, and what lets them in again', () => {
  it('a locked name', async () => {
    const { id, email } = await quickUser(gateway);
    await lock(email);
    const obstacle = await obstacleOf(id);
    expect(obstacle).toMatchObject({ remedy: 'UNLOCK', lastRefusal: { ipAddress: ATTACKER } });
    expectType((await gateway.ask(AdminUnlockUserDocument, inputOf(id), ask)).data.adminUnlockUser, 'AdminUserUpdated');
    await canSignIn(email);
  });

  it('an address that is not verified', async () => {
    const { email } = await signedUp(gateway);
    const id = (await accountOf(gateway, email))?.id ?? '';
    expect((await obstacleOf(id))?.remedy).toBe('RESEND_VERIFICATION');
    gateway.clock.advance(61);
    const { data } = await gateway.ask(AdminResendVerificationDocument, inputOf(id), ask);
    expectType(data.adminResendVerification, 'AdminUserUpdated');
    const { code } = await mailedTo(gateway, email);
    await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    await canSignIn(email);
  });

  it('a forgotten password', async () => {
    const { id, email } = await quickUser(gateway);
    await login(email, 'Forgotten-Horse-7');
    expect((await obstacleOf(id))?.remedy).toBe('SEND_PASSWORD_RESET');
    const { data } = await gateway.ask(AdminSendPasswordResetDocument, inputOf(id), ask);
    expectType(data.adminSendPasswordReset, 'AdminUserUpdated');
    const { token: resetToken } = await mailedTo(gateway, email, 'RESET_PASSWORD');
    await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    await canSignIn(email, NEW_PASSWORD);
  });

  it('a lost authenticator app', async () => {
    const { id, email, secret } = await twoFactorUser(gateway);
    gateway.clock.advance(1);
    await complete(gateway, await challengeOf(gateway, email), wrongAppCode(gateway, secret));
    expect((await obstacleOf(id))?.remedy).toBe('RESET_TWO_FACTOR');
    const { data } = await gateway.ask(AdminResetTwoFactorDocument, inputOf(id), ask);
    expectType(data.adminResetTwoFactor, 'AdminUserUpdated');
    await canSignIn(email);
  });
});

it('takes an account back from somebody who has it, and finds what they did', async () => {
  const { id, email } = await quickUser(gateway);
  const stolen = await loggedIn(gateway, email);
  const intruder = await login(email, PASSWORD, ATTACKER);
  const requestId = String(intruder.headers['x-request-id']);
  const token = expectType(intruder.data.login, 'LoginSuccess').tokens.accessToken;
  const ended = await gateway.ask(AdminEndUserSessionsDocument, inputOf(id), ask);
  expect(expectType(ended.data.adminEndUserSessions, 'AdminUserUpdated').endedSessions).toBe(2);
  for (const ofSession of [token, stolen.accessToken])
    expect((await gateway.ask(MeDocument, {}, { token: ofSession })).data.me).toBeNull();
  const required = await gateway.ask(AdminRequirePasswordChangeDocument, inputOf(id), ask);
  expectType(required.data.adminRequirePasswordChange, 'AdminUserUpdated');
  expectType((await login(email, PASSWORD, ATTACKER)).data.login, 'PasswordChangeRequired');
  const disabled = await gateway.ask(AdminDisableUserDocument, inputOf(id), ask);
  expectType(disabled.data.adminDisableUser, 'AdminUserUpdated');
  expectType((await login(email, PASSWORD, ATTACKER)).data.login, 'AccountDisabledProblem');

  const events = async (filter: { userId?: string; ipAddress?: string; requestId?: string }) =>
    (await gateway.ask(AdminAuditEventsDocument, { filter }, ask)).data.adminAuditEvents.nodes;
  const ofAccount = await events({ userId: id });
  expect(ofAccount.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['LOGIN', 'SESSION_REVOKE', 'PASSWORD_CHANGE_REQUIRE', 'ACCOUNT_DISABLE']),
  );
  const act = ofAccount.find(({ type }) => type === 'ACCOUNT_DISABLE');
  expect(act?.attributes).toEqual(expect.arrayContaining([{ name: 'ticket', value: WHY.ticket }]));
  for (const event of await events({ ipAddress: ATTACKER })) expect(event.ipAddress).toBe(ATTACKER);
  const ofRequest = await events({ requestId });
  expect(ofRequest.length).toBeGreaterThan(0);
  for (const event of ofRequest) expect(event).toMatchObject({ requestId, userId: id });

  const enabled = await gateway.ask(AdminEnableUserDocument, inputOf(id), ask);
  expectType(enabled.data.adminEnableUser, 'AdminUserUpdated');
  expect((await obstacleOf(id))?.remedy).toBe('SEND_PASSWORD_RESET');
});

it('sees whether an email left, and sends it again', async () => {
  const { email } = await signedUp(gateway);
  const mails = async () =>
    (await gateway.ask(AdminMailsDocument, { filter: { recipient: email } }, ask)).data.adminMails.nodes;
  const [mail] = await mails();
  expect(mail).toMatchObject({ mail: 'verify-email', recipient: email, status: 'PENDING', attempts: 0 });
  const failed =
    "UPDATE outbox_messages SET status = 'FAILED', attempts = 9, last_error = '550' WHERE id = ? RETURNING id";
  await rows(gateway, failed, [mail?.id]);
  expect((await mails())[0]).toMatchObject({ status: 'FAILED', lastError: '550' });
  const retried = await gateway.ask(AdminRetryMailDocument, { input: { mailId: mail?.id ?? '' } }, ask);
  expectType(retried.data.adminRetryMail, 'AdminMailQueued');
  const tested = await gateway.ask(AdminSendTestMailDocument, { input: { email: newEmail() } }, ask);
  expectType(tested.data.adminSendTestMail, 'AdminMailQueued');
});

it('knows how the gateway is doing, and what is broken', async () => {
  const { adminOverview } = (await gateway.ask(AdminOverviewDocument, { days: 7 }, ask)).data;
  expect(adminOverview.days.at(-1)?.refusedSignIns).toBeGreaterThan(0);
  expect(adminOverview.refusals.length).toBeGreaterThan(0);
  const { adminStatus } = (await gateway.ask(AdminStatusDocument, {}, ask)).data;
  expect(adminStatus.parts.map(({ name }) => name)).toContain('database');
  for (const { what, why, next } of adminStatus.findings) expect([what, why, next].every(Boolean)).toBe(true);
});

it('forgets one person and invites another', async () => {
  const { id, email } = await quickUser(gateway);
  const removed = await gateway.ask(AdminDeleteUserDocument, { input: { userId: id, email, ...WHY } }, ask);
  expectType(removed.data.adminDeleteUser, 'AdminUserDeleted');
  expect(await find(email)).toEqual([]);
  const invited = newEmail();
  const { data } = await gateway.ask(AdminInviteUserDocument, { input: { email: invited, ...WHY } }, ask);
  expectType(data.adminInviteUser, 'AdminUserUpdated');
  const { token: resetToken } = await mailedTo(gateway, invited, 'RESET_PASSWORD');
  await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
  await canSignIn(invited, NEW_PASSWORD);
});
