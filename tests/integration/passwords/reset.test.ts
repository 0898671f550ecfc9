import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MeDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  VerifyPasswordResetCodeDocument,
} from '../../generated/operations.js';
import { accountOf, faults, mailedTo, masked, quickUser, rows, signedUp, wrongCode } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD, verifiedUser } from '../../support/journey.js';
import {
  login,
  NEW_PASSWORD,
  requestReset,
  reset,
  resetMailOf,
  ticketOf,
  verifyCode,
} from '../../support/passwords.js';
import { appCode, complete, toNextStep, twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const mailsTo = async (email: string) =>
  (
    await rows<{ mail: string }>(gateway, 'SELECT mail FROM outbox_messages WHERE recipient = ? ORDER BY created_at', [
      email,
    ])
  ).map(({ mail }) => mail);
const eventsOf = async (userId: string, type: string) =>
  await rows(gateway, 'SELECT success, metadata FROM audit_events WHERE user_id = ? AND type = ? ORDER BY created_at', [
    userId,
    type,
  ]);

describe('a reset', () => {
  it('by the code of the mail: ticket, new password, and no session', async () => {
    const { email, id } = await verifiedUser(gateway);
    expectType(await requestReset(gateway, email), 'MailAccepted');
    const mail = await gateway.mailTo(email, { mail: 'reset-password' });
    const { resetToken, expiresAt } = expectType(
      await verifyCode(gateway, email, mail.code ?? ''),
      'PasswordResetTicket',
    );
    const life = new Date(expiresAt).getTime() - gateway.clock.now().getTime();
    expect(life).toBeGreaterThan(590_000);
    expect(life).toBeLessThanOrEqual(600_000);
    const answer = await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    expect(answer.data.resetPassword).toEqual({ __typename: 'PasswordResetSuccess', endedSessions: 0 });
    expect(answer.cookies).toEqual([]);
    expectType(await login(gateway, email, PASSWORD), 'InvalidCredentialsProblem');
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    expect(await gateway.mailTo(email, { mail: 'password-changed' })).toMatchObject({ code: null });
    expect(await eventsOf(id, 'PASSWORD_RESET_REQUEST')).toMatchObject([{ success: true }]);
    expect(await eventsOf(id, 'PASSWORD_RESET_CODE')).toMatchObject([{ success: true }]);
    expect(await eventsOf(id, 'PASSWORD_RESET')).toMatchObject([{ success: true, metadata: { endedSessions: 0 } }]);
    expect(faults(gateway)).toEqual([]);
  });

  it('by the link of the mail', async () => {
    const { email } = await verifiedUser(gateway);
    await requestReset(gateway, email);
    const mail = await gateway.mailTo(email, { mail: 'reset-password' });
    const [page, token = ''] = (mail.link ?? '').split('#token=');
    expect(page).toBe('http://localhost:4000/reset-password');
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
  });

  it('S3: ends every session', async () => {
    const { email } = await quickUser(gateway);
    const sessions = [await loggedIn(gateway, email), await loggedIn(gateway, email), await loggedIn(gateway, email)];
    const { token } = await resetMailOf(gateway, email);
    expect(await reset(gateway, token)).toMatchObject({ endedSessions: 3 });
    for (const { accessToken, refreshToken } of sessions) {
      const me = await gateway.ask(MeDocument, {}, { token: accessToken });
      expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
      const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
      expectType(data.refresh, 'RefreshRejectedProblem');
    }
    const reasons = await rows(
      gateway,
      'SELECT DISTINCT revocation_reason FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?',
      [email],
    );
    expect(reasons).toEqual([{ revocation_reason: 'PASSWORD_RESET' }]);
  });

  it('L2: works for a locked account, and lifts the lock', async () => {
    const { email } = await quickUser(gateway);
    for (let tries = 0; tries < 6; tries += 1) await login(gateway, email, 'Wrong-Horse-7-Staple');
    expectType(await login(gateway, email, PASSWORD), 'AccountLockedProblem');
    const { token } = await resetMailOf(gateway, email);
    expectType(await login(gateway, email, PASSWORD), 'AccountLockedProblem');
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
  });

  it('T5: does not switch the second factor off', async () => {
    const { email, secret } = await twoFactorUser(gateway);
    const { token } = await resetMailOf(gateway, email);
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
    const { challenge } = expectType(await login(gateway, email, NEW_PASSWORD), 'TwoFactorRequired');
    toNextStep(gateway);
    expectType(await complete(gateway, challenge, appCode(gateway, secret)), 'LoginSuccess');
  });

  it('ends a sign-in that waits for its second factor', async () => {
    const { email, secret } = await twoFactorUser(gateway);
    const { challenge } = expectType(await login(gateway, email, PASSWORD), 'TwoFactorRequired');
    const { token } = await resetMailOf(gateway, email);
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
    toNextStep(gateway);
    expectType(await complete(gateway, challenge, appCode(gateway, secret)), 'CodeProblem');
  });

  it('proves an address that was not verified yet', async () => {
    const { email } = await signedUp(gateway);
    const verification = await mailedTo(gateway, email);
    const { token } = await resetMailOf(gateway, email);
    expect((await accountOf(gateway, email))?.emailVerifiedAt).toBeNull();
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
    const account = await accountOf(gateway, email);
    expect(account?.emailVerifiedAt).toBeInstanceOf(Date);
    expect(await eventsOf(account?.id ?? '', 'EMAIL_VERIFICATION')).toMatchObject([
      { success: true, metadata: { by: 'PASSWORD_RESET' } },
    ]);
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    const answer = await gateway.send(
      'mutation ($token: String!) { verifyEmailWithToken(input: { token: $token }) { __typename } }',
      verification,
    );
    expect(answer.body).toContain('TokenProblem');
  });

  it('a right code alone changes nothing of an account that is not verified', async () => {
    const { email } = await signedUp(gateway);
    await ticketOf(gateway, email);
    expect((await accountOf(gateway, email))?.emailVerifiedAt).toBeNull();
    expectType(await login(gateway, email, PASSWORD), 'EmailNotVerifiedProblem');
  });

  it('is nothing for a disabled account', async () => {
    const { email } = await quickUser(gateway);
    const { token } = await resetMailOf(gateway, email);
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE email = ?', [email]);
    expectType(await reset(gateway, token), 'TokenProblem');
    gateway.clock.advance(61);
    await requestReset(gateway, email);
    expect((await mailsTo(email)).filter((mail) => mail !== 'verify-email')).toEqual(['reset-password', 'none']);
  });

  it('is nothing for a mailbox that the account has left', async () => {
    const { email } = await quickUser(gateway);
    const { token } = await resetMailOf(gateway, email);
    await rows(gateway, 'UPDATE users SET email = ? WHERE email = ?', [newEmail(), email]);
    expectType(await reset(gateway, token), 'TokenProblem');
  });
});

describe('P1: a refused password names its rules and costs nobody their token', () => {
  it('too short, common, weak, used before; and the token still works', async () => {
    const { email, id } = await quickUser(gateway);
    const ticket = await ticketOf(gateway, email);
    const rulesOf = async (password: string) =>
      expectType(await reset(gateway, ticket, password), 'PasswordRejectedProblem').rules;
    expect(await rulesOf('aB1!')).toEqual(['TOO_SHORT']);
    expect(await rulesOf('Password1!')).toContain('TOO_COMMON');
    expect(await rulesOf('P@55w0rd!X')).toEqual(['TOO_WEAK']);
    expect(await rulesOf(`Aa1!${'x'.repeat(300)}`)).toEqual(['TOO_LONG']);
    expect(await rulesOf(PASSWORD)).toEqual(['REUSED']);
    expect(await rulesOf(`${(email.split('@')[0] ?? '').replace(/[^a-z]/g, '')}-7A`)).not.toEqual([]);
    expectType(await reset(gateway, ticket), 'PasswordResetSuccess');
    const refused = await eventsOf(id, 'PASSWORD_RESET');
    expect(refused).toHaveLength(7);
    expect(refused[0]).toMatchObject({ success: false, metadata: { reason: 'PASSWORD_REJECTED' } });
  });

  it('the latest five, the present one among them, and no earlier ones', async () => {
    const { email, id } = await quickUser(gateway);
    const passwords = [
      PASSWORD,
      ...['Amber', 'Birch', 'Cedar', 'Delta', 'Ember'].map((word) => `${word}-Otter-9-Lamp`),
    ];
    for (const password of passwords.slice(1)) {
      expectType(await reset(gateway, (await resetMailOf(gateway, email)).token, password), 'PasswordResetSuccess');
    }
    const { token } = await resetMailOf(gateway, email);
    for (const password of passwords.slice(1)) {
      expect(await reset(gateway, token, password)).toMatchObject({ rules: ['REUSED'] });
    }
    const kept = 'SELECT count(*)::int AS n FROM password_history WHERE user_id = ?';
    expect(await rows(gateway, kept, [id])).toEqual([{ n: 4 }]);
    expectType(await reset(gateway, token, PASSWORD), 'PasswordResetSuccess');
  });

  it('a breached one, which is the present one', async () => {
    const { email } = await quickUser(gateway);
    await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE email = ?', [email]);
    const { resetToken } = expectType(await login(gateway, email, PASSWORD), 'PasswordChangeRequired');
    expect(await reset(gateway, resetToken, PASSWORD)).toMatchObject({ rules: ['REUSED', 'BREACHED'] });
    expectType(await reset(gateway, resetToken), 'PasswordResetSuccess');
    expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeNull();
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
  });

  it('P4: in another spelling of the same letters', async () => {
    const { email } = await quickUser(gateway, { password: 'Caf\u00E9-House-7' });
    const { token } = await resetMailOf(gateway, email);
    expect(await reset(gateway, token, 'Cafe\u0301-House-7')).toMatchObject({ rules: ['REUSED'] });
  });

  it('P3: a megabyte is refused at the door', async () => {
    const { email } = await quickUser(gateway);
    const { token } = await resetMailOf(gateway, email);
    const input = { resetToken: token, newPassword: 'x'.repeat(1_000_000) };
    expect((await gateway.ask(ResetPasswordDocument, { input })).status).toBe(413);
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
  });
});

describe('O3, O4: codes, links and tickets work once and not for long', () => {
  it('a used code, its link, a used ticket and an unknown one answer alike', async () => {
    const { email } = await quickUser(gateway);
    const { code, token } = await resetMailOf(gateway, email);
    const { resetToken } = expectType(await verifyCode(gateway, email, code), 'PasswordResetTicket');
    expectType(await verifyCode(gateway, email, code), 'CodeProblem');
    expectType(await reset(gateway, token), 'TokenProblem');
    expectType(await reset(gateway, resetToken), 'PasswordResetSuccess');
    const bodies = [];
    for (const used of [token, resetToken, 'A'.repeat(64), newEmail()]) {
      const answer = await gateway.ask(ResetPasswordDocument, {
        input: { resetToken: used, newPassword: 'Other-Otter-9-Lamp' },
      });
      bodies.push(masked(answer.body));
    }
    expect(new Set(bodies).size).toBe(1);
  });

  it('a new mail carries the same code and link while they work, a new ticket ends the one before, a reset all of them', async () => {
    const { email } = await quickUser(gateway);
    const old = await resetMailOf(gateway, email);
    expect(await resetMailOf(gateway, email)).toEqual(old);
    gateway.clock.advance(3_601);
    const fresh = await resetMailOf(gateway, email);
    expectType(await reset(gateway, old.token), 'TokenProblem');
    if (old.code !== fresh.code) expectType(await verifyCode(gateway, email, old.code), 'CodeProblem');
    const { resetToken } = expectType(await verifyCode(gateway, email, fresh.code), 'PasswordResetTicket');
    const second = await ticketOf(gateway, email);
    expectType(await reset(gateway, resetToken), 'TokenProblem');
    const link = await resetMailOf(gateway, email);
    expectType(await reset(gateway, second), 'PasswordResetSuccess');
    expectType(await reset(gateway, link.token, 'Other-Otter-9-Lamp'), 'TokenProblem');
    expectType(await verifyCode(gateway, email, link.code), 'CodeProblem');
  });

  it('a code lives five minutes, a link an hour, a ticket ten minutes', async () => {
    // Without a worker: a code that is mailed late lives from then on.
    const still = await testGateway();
    const { email } = await quickUser(still);
    const { code, token } = await resetMailOf(still, email);
    still.clock.advance(301);
    expectType(await verifyCode(still, email, code), 'CodeProblem');
    still.clock.advance(3_600 - 301 - 5);
    expect(await reset(still, token, 'short')).toMatchObject({ __typename: 'PasswordRejectedProblem' });
    still.clock.advance(6);
    expectType(await reset(still, token), 'TokenProblem');
    const late = await resetMailOf(still, email);
    still.clock.advance(290);
    const { resetToken } = expectType(await verifyCode(still, email, late.code), 'PasswordResetTicket');
    still.clock.advance(601);
    expectType(await reset(still, resetToken), 'TokenProblem');
  });

  it('the lives are settings', async () => {
    const brief = await testGateway({ env: { RESET_CODE_TTL: '60s', RESET_LINK_TTL: '120s' } });
    const { email } = await quickUser(brief);
    const { code, token } = await resetMailOf(brief, email);
    brief.clock.advance(61);
    expectType(await verifyCode(brief, email, code), 'CodeProblem');
    brief.clock.advance(60);
    expectType(await reset(brief, token), 'TokenProblem');
  });
});

describe('O5: wrong codes', () => {
  it('void the code after five, whether or not there is one, and leave the link', async () => {
    const { email } = await quickUser(gateway);
    const { code, token } = await resetMailOf(gateway, email);
    const unknown = newEmail();
    await requestReset(gateway, unknown);
    for (const address of [email, unknown]) {
      const left = [];
      for (let tries = 1; tries <= 6; tries += 1) {
        left.push(expectType(await verifyCode(gateway, address, wrongCode(code, tries)), 'CodeProblem').attemptsLeft);
      }
      expect(left).toEqual([4, 3, 2, 1, 0, 0]);
    }
    expectType(await verifyCode(gateway, email, code), 'CodeProblem');
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
  });

  it('are written to the log of the account', async () => {
    const { email, id } = await quickUser(gateway);
    const { code } = await resetMailOf(gateway, email);
    await verifyCode(gateway, email, wrongCode(code));
    expect(await eventsOf(id, 'PASSWORD_RESET_CODE')).toMatchObject([{ success: false }]);
  });

  it('count over all codes of a day', async () => {
    const limited = await testGateway({ env: { RATE_LIMITS: 'on' } });
    const { email } = await quickUser(limited);
    let clients = 0;
    const elsewhere = () => {
      clients += 1;
      return { from: `198.51.100.${clients}` };
    };
    const nextMail = async () => {
      limited.clock.advance(61);
      expectType(await requestReset(limited, email, elsewhere()), 'MailAccepted');
      return await mailedTo(limited, email, 'RESET_PASSWORD');
    };
    for (let round = 0; round < 4; round += 1) {
      const { code } = await nextMail();
      for (let tries = 1; tries <= 5; tries += 1) {
        expectType(await verifyCode(limited, email, wrongCode(code, tries), elsewhere()), 'CodeProblem');
      }
    }
    const { code, token } = await nextMail();
    expectType(await verifyCode(limited, email, code, elsewhere()), 'AuthRateLimitProblem');
    expectType(await reset(limited, token, NEW_PASSWORD, elsewhere()), 'PasswordResetSuccess');
  });
});

describe('E2: the answers tell nothing of an address', () => {
  it('asking for a reset: unknown, unverified, verified and disabled', async () => {
    const { email: unverified } = await signedUp(gateway);
    const { email: verified } = await quickUser(gateway);
    const { email: disabled } = await quickUser(gateway);
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE email = ?', [disabled]);
    const addresses = [newEmail(), unverified, verified, disabled];
    for (const round of [1, 2]) {
      const answers = [];
      for (const email of addresses) {
        const input = { email: `  ${email.toUpperCase()} ` };
        const { status, body, headers } = await gateway.ask(RequestPasswordResetDocument, { input });
        const { resendAvailableAt } = JSON.parse(body).data.requestPasswordReset;
        const wait = Math.round((new Date(resendAvailableAt).getTime() - gateway.clock.now().getTime()) / 5_000);
        answers.push([status, masked(body).replace(email, '<email>'), Object.keys(headers).sort(), wait]);
      }
      for (const answer of answers) expect([round, answer]).toEqual([round, answers[0]]);
    }
    const resets = async (email: string) => (await mailsTo(email)).filter((mail) => !mail.startsWith('verify'));
    expect(await resets(unverified)).toEqual(['reset-password']);
    expect(await resets(verified)).toEqual(['reset-password']);
    expect(await resets(disabled)).toEqual(['none']);
    expect(await resets(addresses[0] ?? '')).toEqual(['none']);
  });

  it('trying codes: with and without an account, with and without a mail', async () => {
    const { email: asked } = await quickUser(gateway);
    const { code } = await resetMailOf(gateway, asked);
    const { email: notAsked } = await quickUser(gateway);
    const unknownAsked = newEmail();
    await requestReset(gateway, unknownAsked);
    const bodies = [];
    for (const email of [asked, notAsked, unknownAsked, newEmail()]) {
      const answer = await gateway.ask(VerifyPasswordResetCodeDocument, { input: { email, code: wrongCode(code) } });
      bodies.push(answer.body);
    }
    expect(new Set(bodies).size).toBe(1);
  });
});
