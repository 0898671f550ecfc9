import { randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { unlockUser } from '../../../src/services/admin/unlock-user.js';
import { auditEvents, riskOf } from '../../../src/services/audit/events.js';
import {
  AdminInviteUserDocument,
  AdminRequirePasswordChangeDocument,
  AdminResendVerificationDocument,
  AdminRetryMailDocument,
  AdminRotateSigningKeyDocument,
  AdminSendTestMailDocument,
  AdminUserDocument,
  ChangePasswordDocument,
  CompleteTwoFactorDocument,
  ConfirmEmailChangeDocument,
  ConfirmTotpDocument,
  DeleteAccountDocument,
  DisableTotpDocument,
  EnrolTotpDocument,
  ExchangeTokenDocument,
  LoginDocument,
  LogoutDocument,
  MeDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RegenerateRecoveryCodesDocument,
  ReportSessionDocument,
  RequestEmailChangeDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  RevertEmailChangeDocument,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  SignupDocument,
  UpdateProfileDocument,
  VerifyEmailDocument,
  VerifyEmailWithTokenDocument,
  VerifyPasswordResetCodeDocument,
} from '../../generated/operations.js';
import { accountOf, commandContext, mailedTo, quickUser, rows, signedUp, wrongCode } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectEvents, FROM, fromThere, type StoredEvent } from '../../support/audit.js';
import { changeCodeOf, derived, signedInUser, tokenOf, wayBackOf } from '../../support/email-change.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { rangeServer } from '../../support/range-server.js';
import { asHeaders, revoked, rotated, service } from '../../support/service-clients.js';
import { staffMember } from '../../support/staff.js';
import { appCode, challengeOf, toNextStep, twoFactorUser, wrongAppCode } from '../../support/totp.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(async () => {
  await gateway.close();
});

const NEW_PASSWORD = 'Another-Horse-8-Staple';

/** Asks from a place of its own. */
async function ask<Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  more: Ask = {},
) {
  return await gateway.ask(document, variables, fromThere(more));
}
const bodyLogin = (identifier: string, password = PASSWORD) =>
  ask(LoginDocument, { input: { identifier, password, tokenDelivery: 'BODY' } });

describe('U1: accounts', () => {
  it('sign-up and the proof of the address, done and refused', async () => {
    const email = newEmail();
    const first = await ask(SignupDocument, { input: { email, password: PASSWORD } });
    const id = (await accountOf(gateway, email))?.id ?? '';
    await expectEvents(gateway, first, [{ type: 'SIGN_UP', user: id }]);
    const again = await ask(SignupDocument, { input: { email, password: PASSWORD } });
    const unproven = { success: false, user: id, metadata: { reason: 'EMAIL_NOT_VERIFIED' } };
    await expectEvents(gateway, again, [{ type: 'SIGN_UP', ...unproven }]);

    const { code } = await mailedTo(gateway, email);
    const wrong = await ask(VerifyEmailDocument, { input: { email, code: wrongCode(code) } });
    const refused = { success: false, metadata: { reason: 'CODE_INVALID' } };
    await expectEvents(gateway, wrong, [{ type: 'EMAIL_VERIFICATION', user: id, ...refused }]);
    const stranger = await ask(VerifyEmailDocument, { input: { email: newEmail(), code } });
    await expectEvents(gateway, stranger, [{ type: 'EMAIL_VERIFICATION', user: null, ...refused }]);
    const right = await ask(VerifyEmailDocument, { input: { email, code } });
    await expectEvents(gateway, right, [{ type: 'EMAIL_VERIFICATION', user: id }]);
    const link = await ask(VerifyEmailWithTokenDocument, { input: { token: 'no-such-token' } });
    const linkRefused = { success: false, metadata: { reason: 'TOKEN_INVALID' } };
    await expectEvents(gateway, link, [{ type: 'EMAIL_VERIFICATION', user: null, ...linkRefused }]);

    const taken = await ask(SignupDocument, { input: { email, password: PASSWORD } });
    const owned = { success: false, user: id, metadata: { reason: 'EMAIL_TAKEN' } };
    await expectEvents(gateway, taken, [{ type: 'SIGN_UP', ...owned }]);
  });

  it('changes of address and profile', async () => {
    const user = await signedInUser(gateway);
    const by = { user: user.id, actor: user.id };
    const token = user.accessToken;
    const to = newEmail();
    const requested = await ask(RequestEmailChangeDocument, { input: { newEmail: to } }, { token });
    await expectEvents(gateway, requested, [{ type: 'EMAIL_CHANGE_REQUEST', ...by }]);
    const code = await changeCodeOf(gateway, user.id);
    const wrong = await ask(ConfirmEmailChangeDocument, { input: { code: wrongCode(code) } }, { token });
    await expectEvents(gateway, wrong, [{ type: 'EMAIL_CHANGE', success: false, ...by }]);
    const changed = await ask(ConfirmEmailChangeDocument, { input: { code } }, { token });
    await expectEvents(gateway, changed, [{ type: 'EMAIL_CHANGE', ...by, metadata: { endedSessions: 0 } }]);
    const named = await ask(UpdateProfileDocument, { input: { displayName: 'Ada' } }, { token });
    await expectEvents(gateway, named, [{ type: 'PROFILE_UPDATE', ...by, metadata: { fields: 'displayName' } }]);
    const back = await ask(RevertEmailChangeDocument, { input: { token: await wayBackOf(gateway, user.email) } });
    await expectEvents(gateway, back, [{ type: 'EMAIL_CHANGE_REVERT', user: user.id }]);
    const twice = await ask(RevertEmailChangeDocument, { input: { token: 'x' } });
    await expectEvents(gateway, twice, [{ type: 'EMAIL_CHANGE_REVERT', success: false, user: null }]);
  });

  it('the end of an account', async () => {
    const user = await signedInUser(gateway);
    const by = { user: user.id, actor: user.id };
    const token = user.accessToken;
    const wrong = await ask(DeleteAccountDocument, { input: { password: 'Wrong-Horse-7-Staple' } }, { token });
    const refused = { success: false, ...by, metadata: { reason: 'INVALID_CREDENTIALS' } };
    await expectEvents(gateway, wrong, [{ type: 'ACCOUNT_DELETE', ...refused }]);
    const deleted = await ask(DeleteAccountDocument, { input: { password: PASSWORD } }, { token });
    await expectEvents(gateway, deleted, [{ type: 'ACCOUNT_DELETE', ...by, metadata: { endedSessions: 1 } }]);
  });

  it('what operators do by commands', async () => {
    const { email, id } = await quickUser(gateway);
    await changeUser(commandContext(gateway), OPERATOR, { email }, { role: 'support' });
    await changeUser(commandContext(gateway), OPERATOR, { email }, { disabled: true });
    await changeUser(commandContext(gateway), OPERATOR, { email }, { disabled: false });
    await unlockUser(commandContext(gateway), OPERATOR, { email });
    const admin = newEmail();
    await createFirstAdmin(commandContext(gateway), { email: admin, password: PASSWORD });
    const text = "SELECT * FROM audit_events WHERE request_id = 'cli-test' ORDER BY created_at, type DESC";
    const events = await rows<StoredEvent>(gateway, text);
    const adminId = (await accountOf(gateway, admin))?.id;
    expect(events.map(({ type, user_id, metadata }) => [type, user_id, metadata])).toEqual([
      ['ROLE_CHANGE', id, { by: 'operator', role: 'support' }],
      ['ACCOUNT_DISABLE', id, { by: 'operator' }],
      ['ACCOUNT_ENABLE', id, { by: 'operator' }],
      ['ACCOUNT_UNLOCK', id, { by: 'operator', wasLocked: false }],
      ['SIGN_UP', adminId, { by: 'operator', reason: 'FIRST_ADMIN' }],
      ['ROLE_CHANGE', adminId, { by: 'operator', reason: 'FIRST_ADMIN', role: 'admin' }],
    ]);
    for (const event of events) {
      expect(event).toMatchObject({ success: true, actor_id: null, ip_address: null, user_agent: null });
    }
  });
});

describe('U1: sessions', () => {
  it('sign-in, refused and done, from a new device too', async () => {
    const { email, id } = await quickUser(gateway);
    const wrong = await bodyLogin(email, 'Wrong-Horse-7-Staple');
    await expectEvents(gateway, wrong, [{ type: 'LOGIN', success: false, user: id }]);
    const unknown = await bodyLogin(newEmail());
    await expectEvents(gateway, unknown, [{ type: 'LOGIN', success: false, user: null }]);
    await loggedIn(gateway, email, { ask: { headers: { 'user-agent': 'curl/8.0' } } });
    const right = await bodyLogin(email);
    const { session } = expectType(right.data.login, 'LoginSuccess');
    const by = { user: id, actor: id };
    await expectEvents(gateway, right, [
      { type: 'LOGIN', ...by, metadata: { sessionId: session.id } },
      { type: 'NEW_DEVICE', ...by, metadata: { sessionId: session.id } },
    ]);
  });

  it('exchange, refresh, the return of a used token and the end', async () => {
    const { email, id, exchangeToken } = await quickUser(gateway);
    const exchange = await ask(ExchangeTokenDocument, { input: { token: exchangeToken, tokenDelivery: 'BODY' } });
    const started = expectType(exchange.data.exchangeToken, 'LoginSuccess');
    const sessionId = started.session.id;
    await expectEvents(gateway, exchange, [{ type: 'TOKEN_EXCHANGE', user: id, actor: id, metadata: { sessionId } }]);
    const used = await ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
    await expectEvents(gateway, used, [{ type: 'TOKEN_EXCHANGE', success: false, user: null }]);

    const refreshToken = started.tokens.refreshToken ?? '';
    const refreshed = await ask(RefreshDocument, { input: { refreshToken } });
    await expectEvents(gateway, refreshed, [{ type: 'REFRESH', user: id, actor: id, metadata: { sessionId } }]);
    const { accessToken } = expectType(refreshed.data.refresh, 'RefreshSuccess').tokens;
    await gateway.ask(MeDocument, {}, { token: accessToken });
    gateway.clock.advance(11);
    const reuse = await ask(RefreshDocument, { input: { refreshToken } });
    await expectEvents(gateway, reuse, [{ type: 'REFRESH_REUSE', user: id, metadata: { sessionId } }]);
    const dead = await ask(RefreshDocument, { input: { refreshToken } });
    await expectEvents(gateway, dead, [{ type: 'REFRESH', success: false, user: id, metadata: { sessionId } }]);

    const { accessToken: token } = await loggedIn(gateway, email);
    const out = await ask(LogoutDocument, {}, { token });
    await expectEvents(gateway, out, [{ type: 'LOGOUT', user: id, actor: id }]);
  });

  it('an exchange that asks for the second factor, and one of a disabled account', async () => {
    for (const disabled of [false, true]) {
      const { email, id, exchangeToken } = await quickUser(gateway);
      const { accessToken: token } = await loggedIn(gateway, email);
      const enrolment = expectType((await ask(EnrolTotpDocument, {}, { token })).data.enrolTotp, 'TotpEnrolment');
      const confirm = { input: { code: appCode(gateway, enrolment.secret) } };
      expectType((await ask(ConfirmTotpDocument, confirm, { token })).data.confirmTotp, 'RecoveryCodes');
      if (disabled) await changeUser(commandContext(gateway), OPERATOR, { email }, { disabled });
      const exchange = await ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
      expectType(exchange.data.exchangeToken, disabled ? 'TokenProblem' : 'TwoFactorRequired');
      const metadata = disabled ? {} : { secondFactor: 'required' };
      await expectEvents(gateway, exchange, [{ type: 'TOKEN_EXCHANGE', success: !disabled, user: id, metadata }]);
    }
  });

  it('sessions that their user ends, and one that they report', async () => {
    const user = await signedInUser(gateway);
    const by = { user: user.id, actor: user.id };
    const other = await loggedIn(gateway, user.email);
    const one = await ask(RevokeSessionDocument, { id: other.session.id }, { token: user.accessToken });
    await expectEvents(gateway, one, [{ type: 'SESSION_REVOKE', ...by }]);
    const all = await ask(RevokeOtherSessionsDocument, {}, { token: user.accessToken });
    await expectEvents(gateway, all, [{ type: 'SESSION_REVOKE', ...by }]);
    const there = await bodyLogin(user.email);
    const { session } = expectType(there.data.login, 'LoginSuccess');
    const token = await tokenOf(gateway, 'REPORT_SESSION', session.id);
    const reported = await ask(ReportSessionDocument, { input: { token } });
    await expectEvents(gateway, reported, [{ type: 'SESSION_REPORT', user: user.id }]);
    const again = await ask(ReportSessionDocument, { input: { token } });
    await expectEvents(gateway, again, [{ type: 'SESSION_REPORT', success: false, user: null }]);
  });

  it('what asks for a recent sign-in, and a proof of a session that ended on the way', async () => {
    const user = await signedInUser(gateway);
    const by = { user: user.id, actor: user.id };
    const token = { token: user.accessToken };
    const both = await Promise.all(
      [1, 2].map(() => ask(ReauthenticateDocument, { input: { password: PASSWORD } }, token)),
    );
    for (const answer of both) {
      const success = answer.data.reauthenticate.__typename === 'Reauthenticated';
      await expectEvents(gateway, answer, [{ type: 'REAUTHENTICATION', success, ...by }]);
    }
    const late = { token: (await loggedIn(gateway, user.email)).accessToken };
    gateway.clock.advance(601);
    const refused = { success: false, ...by, metadata: { reason: 'REAUTHENTICATION_REQUIRED' } };
    const others = await ask(RevokeOtherSessionsDocument, {}, late);
    await expectEvents(gateway, others, [{ type: 'SESSION_REVOKE', ...refused }]);
    const enrolment = await ask(EnrolTotpDocument, {}, late);
    await expectEvents(gateway, enrolment, [{ type: 'TOTP_ENROLMENT', ...refused }]);
    const off = await ask(DisableTotpDocument, { input: { password: PASSWORD, code: '000000' } }, late);
    await expectEvents(gateway, off, [{ type: 'TOTP_DISABLE', ...refused }]);
  });

  it('a lock', async () => {
    const { email, id } = await quickUser(gateway);
    for (let count = 0; count < 4; count += 1) await bodyLogin(email, 'Wrong-Horse-7-Staple');
    const fifth = await bodyLogin(email, 'Wrong-Horse-7-Staple');
    await expectEvents(gateway, fifth, [
      { type: 'ACCOUNT_LOCK', user: id },
      { type: 'LOGIN', success: false, user: id },
    ]);
    const locked = await bodyLogin(email);
    await expectEvents(gateway, locked, [
      { type: 'LOGIN', success: false, user: id, metadata: { reason: 'ACCOUNT_LOCKED' } },
    ]);
  });
});

describe('U1: passwords', () => {
  it('reset and change, refused and done', async () => {
    const { email, id } = await quickUser(gateway);
    const requested = await ask(RequestPasswordResetDocument, { input: { email } });
    await expectEvents(gateway, requested, [{ type: 'PASSWORD_RESET_REQUEST', user: id }]);
    const { code } = await derived(gateway, 'RESET_PASSWORD', email);
    const wrong = await ask(VerifyPasswordResetCodeDocument, { input: { email, code: wrongCode(code) } });
    await expectEvents(gateway, wrong, [{ type: 'PASSWORD_RESET_CODE', success: false, user: id }]);
    const right = await ask(VerifyPasswordResetCodeDocument, { input: { email, code } });
    await expectEvents(gateway, right, [{ type: 'PASSWORD_RESET_CODE', user: id }]);
    const { resetToken } = expectType(right.data.verifyPasswordResetCode, 'PasswordResetTicket');
    const reset = await ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    await expectEvents(gateway, reset, [{ type: 'PASSWORD_RESET', user: id }]);
    const again = await ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    await expectEvents(gateway, again, [{ type: 'PASSWORD_RESET', success: false, user: null }]);
  });

  it('change', async () => {
    const user = await signedInUser(gateway);
    const by = { user: user.id, actor: user.id };
    const change = (currentPassword: string) =>
      ask(
        ChangePasswordDocument,
        { input: { currentPassword, newPassword: NEW_PASSWORD } },
        { token: user.accessToken },
      );
    await expectEvents(gateway, await change('Wrong-Horse-7-Staple'), [
      { type: 'PASSWORD_CHANGE', success: false, ...by },
    ]);
    await expectEvents(gateway, await change(PASSWORD), [{ type: 'PASSWORD_CHANGE', ...by }]);
  });

  it('one that is found in a breach', async () => {
    const server = await rangeServer([PASSWORD]);
    const checking = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
    const { id } = await quickUser(checking);
    await eventually(async () => {
      const text = "SELECT * FROM audit_events WHERE type = 'PASSWORD_BREACHED'";
      expect(await rows<StoredEvent>(checking, text)).toMatchObject([{ user_id: id, actor_id: null, success: true }]);
    });
    seen.add('PASSWORD_BREACHED');
  });
});

describe('U1: second factor', () => {
  it('from its enrolment to its end', async () => {
    const user = await signedInUser(gateway);
    const by = { user: user.id, actor: user.id };
    const token = user.accessToken;
    const enrolment = await ask(EnrolTotpDocument, {}, { token });
    const { secret } = expectType(enrolment.data.enrolTotp, 'TotpEnrolment');
    await expectEvents(gateway, enrolment, [{ type: 'TOTP_ENROLMENT', ...by }]);
    const wrong = await ask(ConfirmTotpDocument, { input: { code: wrongAppCode(gateway, secret) } }, { token });
    await expectEvents(gateway, wrong, [{ type: 'TOTP_ENABLE', success: false, ...by }]);
    const right = await ask(ConfirmTotpDocument, { input: { code: appCode(gateway, secret) } }, { token });
    await expectEvents(gateway, right, [{ type: 'TOTP_ENABLE', ...by }]);
  });

  it('sign-in, recovery codes, proof anew and switching off', async () => {
    const user = await twoFactorUser(gateway);
    const by = { user: user.id, actor: user.id };
    toNextStep(gateway);
    const complete = async (code: string) => {
      const challenge = await challengeOf(gateway, user.email, fromThere());
      return await ask(CompleteTwoFactorDocument, { input: { challenge, code } });
    };
    const wrong = await complete(wrongAppCode(gateway, user.secret));
    await expectEvents(gateway, wrong, [{ type: 'TWO_FACTOR', success: false, user: user.id }]);
    const right = await complete(appCode(gateway, user.secret));
    const types = async (answer: Awaited<ReturnType<typeof complete>>) =>
      (
        await rows<StoredEvent>(gateway, 'SELECT * FROM audit_events WHERE request_id = ? ORDER BY type', [
          answer.headers['x-request-id'],
        ])
      ).map(({ type, success, user_id, actor_id }) => [type, success, user_id, actor_id]);
    expect(await types(right)).toContainEqual(['TWO_FACTOR', true, user.id, user.id]);
    const recovered = await complete(user.recoveryCodes[0] ?? '');
    expect((await types(recovered)).map(([type]) => type)).toContain('RECOVERY_CODE_USE');
    expect(await types(recovered)).toContainEqual(['TWO_FACTOR', true, user.id, user.id]);

    const { tokens } = expectType(recovered.data.completeTwoFactor, 'LoginSuccess');
    toNextStep(gateway);
    const input = (password = PASSWORD) => ({ input: { password, code: appCode(gateway, user.secret) } });
    const token = { token: tokens.accessToken };
    const refused = await ask(ReauthenticateDocument, input('Wrong-Horse-7-Staple'), token);
    await expectEvents(gateway, refused, [{ type: 'REAUTHENTICATION', success: false, ...by }]);
    const proven = await ask(ReauthenticateDocument, input(), token);
    await expectEvents(gateway, proven, [{ type: 'REAUTHENTICATION', ...by }]);
    const renewed = { token: expectType(proven.data.reauthenticate, 'Reauthenticated').tokens.accessToken };
    toNextStep(gateway);
    const replaced = await ask(RegenerateRecoveryCodesDocument, input(), renewed);
    expectType(replaced.data.regenerateRecoveryCodes, 'RecoveryCodes');
    await expectEvents(gateway, replaced, [{ type: 'RECOVERY_CODES_REPLACE', ...by }]);
    toNextStep(gateway);
    const off = await ask(DisableTotpDocument, input(), renewed);
    expectType(off.data.disableTotp, 'TwoFactorDisabled');
    await expectEvents(gateway, off, [{ type: 'TOTP_DISABLE', ...by }]);
  });
});

/** Types that were seen in a gateway of their own. */
const seen = new Set<string>();

describe('U1: what is refused before it reaches a use-case', () => {
  it('a limit: the first try past it, once for all replicas', async () => {
    const limited = await testGateway({ env: { RATE_LIMITS: 'resendVerification=2/1h' } });
    const replica = await testGateway({ replicaOf: limited, env: { RATE_LIMITS: 'resendVerification=2/1h' } });
    const text = 'mutation ($e: String!) { resendVerification(input: { email: $e }) { __typename } }';
    const addresses = Array.from({ length: 6 }, newEmail);
    for (const [count, e] of addresses.entries()) {
      await (count % 2 === 0 ? limited : replica).send(text, { e }, fromThere());
    }
    const find = "SELECT * FROM audit_events WHERE type = 'LIMIT_EXCEEDED'";
    const events = await rows<StoredEvent>(limited, find);
    expect(events).toMatchObject([
      {
        success: false,
        user_id: null,
        actor_id: null,
        ip_address: FROM.address,
        metadata: { limit: 'resendVerification-client' },
      },
    ]);
    for (const address of addresses) expect(JSON.stringify(events)).not.toContain(address.split('@')[0]);
    const user = await signedInUser(limited);
    for (let count = 0; count < 12; count += 1) {
      await limited.ask(RevokeOtherSessionsDocument, {}, fromThere({ token: user.accessToken }));
    }
    const own = await rows<StoredEvent>(limited, `${find} AND user_id = ?`, [user.id]);
    expect(own).toMatchObject([{ actor_id: user.id, metadata: { limit: 'revokeOtherSessions-user' } }]);
    seen.add('LIMIT_EXCEEDED');
  });

  it('a permission that a signed-in caller lacks: once a minute', async () => {
    const routed = await testGateway({ env: { ROUTER_SECRET: 'router-secret-for-this-test' } });
    const [one, other] = [await signedInUser(routed), await signedInUser(routed)];
    for (const { accessToken: token } of [one, one, one, other]) {
      const { errors } = await routed.send('{ _service { sdl } }', {}, fromThere({ token }));
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    }
    await routed.send('{ _service { sdl } }', {}, fromThere());
    const events = await rows<StoredEvent>(routed, "SELECT * FROM audit_events WHERE type = 'ACCESS_DENIED'");
    expect(events.map(({ user_id, actor_id, metadata }) => [user_id, actor_id, metadata])).toEqual([
      [one.id, one.id, { rule: 'isRouter' }],
      [other.id, other.id, { rule: 'isRouter' }],
    ]);
    for (const event of events) expect(event).toMatchObject({ success: false, user_agent: FROM.userAgent });
    seen.add('ACCESS_DENIED');
  });

  it('and what cannot be noted is refused all the same, and told to the log', async () => {
    const limited = await testGateway({ env: { RATE_LIMITS: 'login=1/1h' } });
    await rows(limited, 'ALTER TABLE audit_events RENAME TO audit_events_away');
    const input = { identifier: 'nobody', password: PASSWORD };
    await limited.ask(LoginDocument, { input });
    const { data } = await limited.ask(LoginDocument, { input });
    expectType(data.login, 'AuthRateLimitProblem');
    expect(limited.logLines.join('')).toContain('an audit event could not be written');
  });
});

describe('U1: staff', () => {
  it('read the details of an account, and export lists', async () => {
    const [admin, user] = [await staffMember(gateway, 'admin'), await quickUser(gateway)];
    const read = await ask(AdminUserDocument, { id: user.id }, { token: admin.token });
    await expectEvents(gateway, read, [{ type: 'ADMIN_READ', user: user.id, actor: admin.id }]);
    const headers = { authorization: `Bearer ${admin.token}` };
    const { statusCode } = await gateway.inject({ url: '/admin/export/users.csv?role=admin', headers });
    expect(statusCode).toBe(200);
    const [event] = await rows<StoredEvent>(gateway, "SELECT * FROM audit_events WHERE type = 'ADMIN_EXPORT'");
    expect(event).toMatchObject({ actor_id: admin.id, user_id: null, success: true });
  });
});

describe('U1: acts of staff', () => {
  it('on accounts, emails and keys', async () => {
    const [{ token }, user, fresh] = [
      await staffMember(gateway, 'admin'),
      await quickUser(gateway),
      await signedUp(gateway),
    ];
    const why = { reason: 'OTHER' as const };
    const freshId = (await accountOf(gateway, fresh.email))?.id ?? '';
    await ask(AdminInviteUserDocument, { input: { email: newEmail(), ...why } }, { token });
    gateway.clock.advance(120);
    await ask(AdminResendVerificationDocument, { input: { userId: freshId, ...why } }, { token });
    await ask(AdminRequirePasswordChangeDocument, { input: { userId: user.id, ...why } }, { token });
    const text = "UPDATE outbox_messages SET status = 'FAILED', finished_at = now() WHERE recipient = ? RETURNING id";
    const [mail] = await rows<{ id: string }>(gateway, text, [fresh.email]);
    await ask(AdminRetryMailDocument, { input: { mailId: mail?.id ?? '' } }, { token });
    await ask(AdminSendTestMailDocument, { input: { email: newEmail() } }, { token });
    await ask(AdminRotateSigningKeyDocument, {}, { token });
    const of =
      'SELECT DISTINCT type FROM audit_events WHERE actor_id = (SELECT id FROM users WHERE role = ? ORDER BY created_at DESC LIMIT 1)';
    const types = (await rows<{ type: string }>(gateway, of, ['admin'])).map(({ type }) => type);
    for (const type of ['USER_INVITE', 'EMAIL_VERIFICATION_RESEND', 'PASSWORD_CHANGE_REQUIRE'])
      expect(types).toContain(type);
    for (const type of ['MAIL_RETRY', 'MAIL_TEST', 'SIGNING_KEY_ROTATE']) expect(types).toContain(type);
  });
});

describe('U1: service clients', () => {
  it('are created, rotated and revoked, and their wrong credentials refused', async () => {
    const admin = await staffMember(gateway, 'admin');
    const { id } = await service(gateway, admin, ['users:read']);
    expectType(await rotated(gateway, admin, id), 'ServiceClientSecret');
    await ask(MeDocument, {}, { headers: asHeaders({ id, secret: 'wrong' }) });
    expectType(await revoked(gateway, admin, id), 'ServiceClientUpdated');
    const text =
      "SELECT type, success, actor_id FROM audit_events WHERE metadata->>'serviceClientId' = ? ORDER BY created_at, id";
    await eventually(async () => {
      const found = await rows(gateway, text, [id]);
      expect(found.map(({ type, success, actor_id }) => [type, success, actor_id])).toEqual([
        ['SERVICE_CLIENT_CREATE', true, admin.id],
        ['SERVICE_CLIENT_ROTATE', true, admin.id],
        ['SERVICE_CLIENT_AUTHENTICATION', false, null],
        ['SERVICE_CLIENT_REVOKE', true, admin.id],
      ]);
    });
  });
});

describe('U1: an event stands or falls with its change', () => {
  it('a change that is undone leaves its refusal, and no success', async () => {
    const username = `taken-${randomUUID().slice(0, 8)}`;
    await signedUp(gateway, { username });
    const user = await signedInUser(gateway);
    const refused = await ask(UpdateProfileDocument, { input: { username } }, { token: user.accessToken });
    const facts = { success: false, user: user.id, actor: user.id, metadata: { reason: 'USERNAME_TAKEN' } };
    await expectEvents(gateway, refused, [{ type: 'PROFILE_UPDATE', ...facts }]);
  });

  it('where the event cannot be written the change is not made', async () => {
    const broken = await testGateway();
    const user = await signedInUser(broken);
    await rows(broken, 'ALTER TABLE audit_events RENAME TO audit_events_away');
    const { data } = await broken.ask(
      UpdateProfileDocument,
      { input: { displayName: 'Ada' } },
      { token: user.accessToken },
    );
    expect(data).toBeNull();
    expect((await accountOf(broken, user.email))?.displayName).toBeNull();
  });
});

it('U1: every event of the list was written by the flows above, and with its risk', async () => {
  const written = await rows<StoredEvent>(gateway, 'SELECT DISTINCT type, success, risk_level FROM audit_events');
  const found = new Set([...seen, ...written.map(({ type }) => type)]);
  expect(Object.keys(auditEvents).filter((type) => !found.has(type))).toEqual([]);
  for (const { type, success, risk_level } of written)
    expect([type, risk_level]).toEqual([type, riskOf(type, success)]);
});
