import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdminDeleteUserDocument,
  AdminEndSessionDocument,
  AdminInviteUserDocument,
  AdminRequirePasswordChangeDocument,
  AdminResendVerificationDocument,
  AdminSendPasswordResetDocument,
  AdminVerifyUserEmailDocument,
  LoginDocument,
  MeDocument,
  ResetPasswordDocument,
  SignupDocument,
} from '../../generated/operations.js';
import { accountOf, atOnce, mailedTo, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { NEW_PASSWORD } from '../../support/passwords.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let admin: StaffMember;
let support: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway();
  [admin, support] = [await staffMember(gateway, 'admin'), await staffMember(gateway, 'support')];
});
afterAll(() => gateway.close());

const WHY = { reason: 'SUPPORT_REQUEST', ticket: 'T-1' } as const;
const UNKNOWN = '01890a5d-ac96-774b-bcce-b302099a8057';

async function mailsTo(email: string): Promise<unknown[]> {
  const found = await rows(gateway, 'SELECT mail FROM outbox_messages WHERE recipient = ? ORDER BY created_at, id', [
    email,
  ]);
  return found.map(({ mail }) => mail);
}

async function eventsOf(userId: string, type: string) {
  const text = `SELECT success, actor_id, metadata FROM audit_events WHERE user_id = ? AND type = ? AND actor_id IS NOT NULL
    ORDER BY created_at, id`;
  return await rows(gateway, text, [userId, type]);
}

const tryLogin = async (email: string, password: string) => {
  const input = { identifier: email, password, tokenDelivery: 'BODY' as const };
  return (await gateway.ask(LoginDocument, { input })).data.login;
};

describe('adminVerifyUserEmail', () => {
  const verify = async (userId: string, token = admin.token) =>
    (await gateway.ask(AdminVerifyUserEmailDocument, { input: { userId, ...WHY } }, { token })).data
      .adminVerifyUserEmail;

  it('verifies once, makes the mailed code invalid, tells the owner and is audited', async () => {
    const { email } = await signedUp(gateway);
    const id = (await accountOf(gateway, email))?.id ?? '';
    expect(expectType(await verify(id), 'AdminUserUpdated').user).toMatchObject({ state: 'ACTIVE' });
    const codes =
      "SELECT consumed_at IS NOT NULL AS used FROM one_time_codes WHERE purpose = 'VERIFY_EMAIL' AND address = ?";
    expect(await rows(gateway, codes, [email])).toEqual([{ used: true }]);
    expect(await mailsTo(email)).toEqual(['verify-email', 'address-verified']);
    await loggedIn(gateway, email);
    expectType(await verify(id), 'AuthConflictProblem');
    const facts = { by: 'admin', ...WHY };
    expect(await eventsOf(id, 'EMAIL_VERIFICATION')).toEqual([
      { success: true, actor_id: admin.id, metadata: { ...facts, passwordDropped: false } },
      { success: false, actor_id: admin.id, metadata: { ...facts, problem: 'CONFLICT' } },
    ]);
  });

  it('of an address with two sign-ups opens nothing to either password', async () => {
    const { email } = await signedUp(gateway);
    await gateway.ask(SignupDocument, { input: { email, password: NEW_PASSWORD } });
    const id = (await accountOf(gateway, email))?.id ?? '';
    expectType(await verify(id), 'AdminUserUpdated');
    for (const password of [PASSWORD, NEW_PASSWORD])
      expectType(await tryLogin(email, password), 'InvalidCredentialsProblem');
  });

  it('of many at once, one verifies', async () => {
    const { email } = await signedUp(gateway);
    const id = (await accountOf(gateway, email))?.id ?? '';
    const outcomes = await atOnce(5, () => verify(id));
    expect(outcomes.filter(({ __typename }) => __typename === 'AdminUserUpdated')).toHaveLength(1);
    expect((await mailsTo(email)).filter((mail) => mail === 'address-verified')).toHaveLength(1);
  });
});

describe('mails that help a user back in', () => {
  it('resends a verification after the cool-down, until the address is verified', async () => {
    const { email } = await signedUp(gateway);
    const userId = (await accountOf(gateway, email))?.id ?? '';
    const resend = async () =>
      (await gateway.ask(AdminResendVerificationDocument, { input: { userId, ...WHY } }, { token: support.token })).data
        .adminResendVerification;
    expectType(await resend(), 'AuthRateLimitProblem');
    gateway.clock.advance(61);
    expect(expectType(await resend(), 'AdminUserUpdated').mailStatus).toBe('QUEUED');
    expect(await mailsTo(email)).toEqual(['verify-email', 'verify-email']);
    await rows(gateway, 'UPDATE users SET email_verified_at = now() WHERE id = ? RETURNING id', [userId]);
    expectType(await resend(), 'AuthConflictProblem');
  });

  it('sends a reset with the code of the owner and nothing about the sender', async () => {
    const { email, id: userId } = await quickUser(gateway, { displayName: 'Robin' });
    const ask = { token: support.token, from: '203.0.113.77' };
    const send = async () =>
      (await gateway.ask(AdminSendPasswordResetDocument, { input: { userId, ...WHY } }, ask)).data
        .adminSendPasswordReset;
    expect(expectType(await send(), 'AdminUserUpdated').mailStatus).toBe('QUEUED');
    const text = "SELECT variables FROM outbox_messages WHERE recipient = ? AND mail = 'reset-password'";
    expect(await rows(gateway, text, [email])).toEqual([{ variables: { displayName: 'Robin' } }]);
    expectType(await send(), 'AuthRateLimitProblem');
    const { token } = await mailedTo(gateway, email, 'RESET_PASSWORD');
    const input = { resetToken: token, newPassword: NEW_PASSWORD };
    expectType((await gateway.ask(ResetPasswordDocument, { input })).data.resetPassword, 'PasswordResetSuccess');
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE id = ? RETURNING id', [userId]);
    gateway.clock.advance(61);
    expectType(await send(), 'AuthConflictProblem');
  });
});

describe('adminRequirePasswordChange', () => {
  const demand = async (userId: string) =>
    (await gateway.ask(AdminRequirePasswordChangeDocument, { input: { userId, ...WHY } }, { token: admin.token })).data
      .adminRequirePasswordChange;

  it('ends the sessions, lets the password only lead to a new one, and is over once that is set', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const done = expectType(await demand(id), 'AdminUserUpdated');
    expect(done).toMatchObject({ endedSessions: 1, user: { state: 'PASSWORD_CHANGE_REQUIRED' } });
    expect((await gateway.ask(MeDocument, {}, { token: accessToken })).data.me).toBeNull();
    expectType(await demand(id), 'AuthConflictProblem');
    expect((await mailsTo(email)).at(-1)).toBe('password-change-required');
    const { resetToken } = expectType(await tryLogin(email, PASSWORD), 'PasswordChangeRequired');
    const input = { resetToken, newPassword: NEW_PASSWORD };
    expectType((await gateway.ask(ResetPasswordDocument, { input })).data.resetPassword, 'PasswordResetSuccess');
    expectType(await tryLogin(email, NEW_PASSWORD), 'LoginSuccess');
  });

  it('leaves no session to a login that runs beside it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { email, id } = await quickUser(gateway);
      await Promise.all([tryLogin(email, PASSWORD), demand(id), tryLogin(email, PASSWORD)]);
      const live = 'SELECT id FROM sessions WHERE user_id = ? AND revoked_at IS NULL';
      expect(await rows(gateway, live, [id])).toEqual([]);
    }
  });
});

it('adminEndSession ends the session it names, once; support never one of an admin', async () => {
  const { email } = await quickUser(gateway);
  const { accessToken: token } = await loggedIn(gateway, email);
  const other = await loggedIn(gateway, email);
  const check = await gateway.dependencies.accessTokens.verify(token);
  const sessionId = 'claims' in check ? check.claims.sessionId : '';
  const end = async (id: string) =>
    (await gateway.ask(AdminEndSessionDocument, { input: { sessionId: id, ...WHY } }, { token: support.token })).data
      .adminEndSession;
  expect(expectType(await end(sessionId.toUpperCase()), 'AdminUserUpdated').endedSessions).toBe(1);
  expect((await gateway.ask(MeDocument, {}, { token })).data.me).toBeNull();
  expect((await gateway.ask(MeDocument, {}, { token: other.accessToken })).data.me?.email).toBe(email);
  for (const id of [sessionId, UNKNOWN, 'no-id']) expectType(await end(id), 'AuthNotFoundProblem');
  const [ofAdmin] = await rows<{ id: string }>(
    gateway,
    'SELECT id FROM sessions WHERE user_id = ? AND revoked_at IS NULL',
    [admin.id],
  );
  expect(expectType(await end(ofAdmin?.id ?? ''), 'AuthAccessProblem').code).toBe('FORBIDDEN');
});

describe('adminInviteUser', () => {
  const invite = async (input: { email: string; role?: string; displayName?: string }, token = admin.token) =>
    (await gateway.ask(AdminInviteUserDocument, { input: { ...input, ...WHY } }, { token })).data.adminInviteUser;

  it('creates an account whose owner sets the first password by the mailed link', async () => {
    const email = newEmail();
    const { user } = expectType(await invite({ email, role: 'editor', displayName: 'Robin' }), 'AdminUserUpdated');
    expect(user).toMatchObject({ email, role: 'editor', displayName: 'Robin', state: 'UNVERIFIED' });
    expect(await mailsTo(email)).toEqual(['invitation']);
    // A stranger can neither take the account nor make its link expire earlier.
    await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    gateway.clock.advance(3 * 86_400);
    const { token } = await mailedTo(gateway, email, 'RESET_PASSWORD');
    const input = { resetToken: token, newPassword: NEW_PASSWORD };
    expectType((await gateway.ask(ResetPasswordDocument, { input })).data.resetPassword, 'PasswordResetSuccess');
    expect(expectType(await tryLogin(email, NEW_PASSWORD), 'LoginSuccess').user.role).toBe('editor');
    [admin, support] = [await staffMember(gateway, 'admin'), await staffMember(gateway, 'support')];
  });

  it('sends an expired invitation again', async () => {
    const email = newEmail();
    const { user } = expectType(await invite({ email }), 'AdminUserUpdated');
    gateway.clock.advance(8 * 86_400);
    admin = await staffMember(gateway, 'admin');
    support = await staffMember(gateway, 'support');
    const input = { userId: user.id, ...WHY };
    const { data } = await gateway.ask(AdminSendPasswordResetDocument, { input }, { token: admin.token });
    expectType(data.adminSendPasswordReset, 'AdminUserUpdated');
    expect(await mailsTo(email)).toEqual(['invitation', 'invitation']);
  });

  it('refuses an address that has an account, also of two admins at once', async () => {
    expectType(await invite({ email: support.email }), 'AuthConflictProblem');
    const email = newEmail();
    const outcomes = await atOnce(3, () => invite({ email }));
    expect(outcomes.filter(({ __typename }) => __typename === 'AdminUserUpdated')).toHaveLength(1);
    expect(await mailsTo(email)).toEqual(['invitation']);
  });

  it('needs a recent sign-in for a role other than the default one', async () => {
    const stale = await staffMember(gateway, 'admin');
    gateway.clock.advance(650);
    const refused = expectType(await invite({ email: newEmail(), role: 'support' }, stale.token), 'AuthAccessProblem');
    expect(refused.code).toBe('REAUTHENTICATION_REQUIRED');
    expectType(await invite({ email: newEmail() }, stale.token), 'AdminUserUpdated');
    [admin, support] = [await staffMember(gateway, 'admin'), await staffMember(gateway, 'support')];
  });
});

describe('adminDeleteUser', () => {
  const remove = async (userId: string, email: string, token = admin.token) =>
    (await gateway.ask(AdminDeleteUserDocument, { input: { userId, email, ...WHY } }, { token })).data.adminDeleteUser;

  it('needs the address again, erases the account and tells its owner', async () => {
    const { email, id } = await quickUser(gateway);
    await loggedIn(gateway, email);
    expectType(await remove(id, newEmail()), 'AuthInputProblem');
    expect(expectType(await remove(id, email), 'AdminUserDeleted')).toMatchObject({ userId: id, endedSessions: 1 });
    expect(await accountOf(gateway, email)).toBeNull();
    expect(await mailsTo(email)).toEqual(['account-removed']);
    expectType(await remove(id, email), 'AuthNotFoundProblem');
    expect(await eventsOf(id, 'ACCOUNT_DELETE')).toMatchObject([{ success: false }, { success: true }]);
  });

  it('is not for oneself', async () => {
    expect(expectType(await remove(admin.id, admin.email), 'AuthAccessProblem').code).toBe('FORBIDDEN');
  });

  it('of two admins who delete each other, one remains', async () => {
    const own = await sharedGateway();
    const [one, other] = [await staffMember(own, 'admin'), await staffMember(own, 'admin')];
    await rows(own, "UPDATE users SET role = 'user' WHERE role = 'admin' AND id NOT IN (?, ?) RETURNING id", [
      one.id,
      other.id,
    ]);
    const by = async (actor: StaffMember, { id: userId, email }: StaffMember) =>
      (await own.ask(AdminDeleteUserDocument, { input: { userId, email, ...WHY } }, { token: actor.token })).data
        .adminDeleteUser;
    const outcomes = await Promise.all([by(one, other), by(other, one)]);
    expect(outcomes.filter(({ __typename }) => __typename === 'AdminUserDeleted')).toHaveLength(1);
    expect(await rows(own, "SELECT id FROM users WHERE role = 'admin'")).toHaveLength(1);
    await own.close();
  });

  it('leaves nothing half done if its transaction fails in the middle', async () => {
    const own = await sharedGateway();
    const boss = await staffMember(own, 'admin');
    const { email, id } = await quickUser(own);
    const { accessToken } = await loggedIn(own, email);
    await rows(own, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`);
    await rows(
      own,
      `CREATE TRIGGER refuse BEFORE INSERT ON outbox_messages FOR EACH ROW WHEN (NEW.mail = 'account-removed')
      EXECUTE FUNCTION refuse()`,
    );
    const input = { userId: id, email, ...WHY };
    const { errors } = await own.ask(AdminDeleteUserDocument, { input }, { token: boss.token });
    expect(errors[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect((await own.ask(MeDocument, {}, { token: accessToken })).data.me?.email).toBe(email);
    expect(await rows(own, "SELECT id FROM audit_events WHERE type = 'ACCOUNT_DELETE'")).toEqual([]);
    await own.close();
  });
});
