import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ExchangeTokenDocument,
  ResendVerificationDocument,
  SignupDocument,
  VerifyEmailDocument,
  VerifyEmailWithTokenDocument,
} from '../../generated/operations.js';
import { accountOf, atOnce, faults, mailedTo, masked, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, newEmail } from '../../support/journey.js';
import { login, NEW_PASSWORD, reset, resetMailOf, verifyCode } from '../../support/passwords.js';

const THEIRS = 'Stolen-Heron-4-Candle';
const MINE = 'Honest-Badger-6-Kettle';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const signup = (email: string, password: string) => gateway.ask(SignupDocument, { input: { email, password } });
const verify = async (email: string, code: string) =>
  expectType((await gateway.ask(VerifyEmailDocument, { input: { email, code } })).data.verifyEmail, 'EmailVerified');
const exchange = async (token: string) =>
  (await gateway.ask(ExchangeTokenDocument, { input: { token, tokenDelivery: 'BODY' } })).data.exchangeToken;
const SESSIONS_OF = 'SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?';
const contestedAt = async (email: string) => (await accountOf(gateway, email))?.passwordContestedAt ?? null;

describe('somebody signs up with the address of another before its owner does', () => {
  it('neither password outlives the proof, and the owner of the mailbox sets one', async () => {
    const email = newEmail();
    await signup(email, THEIRS);
    gateway.clock.advance(61);
    await signup(email, MINE);
    const mail = await gateway.mailTo(email, { mail: 'verify-email' });
    const { user, passwordChangeRequired: ticket } = await verify(email, (await mailedTo(gateway, email)).code);
    expect(user).toMatchObject({ email, emailVerified: true });
    expect(mail.to).toBe(email);
    for (const password of [THEIRS, MINE]) {
      expectType(await login(gateway, email, password), 'InvalidCredentialsProblem');
    }
    expect(await contestedAt(email)).not.toBeNull();
    expectType(await reset(gateway, ticket?.resetToken ?? ''), 'PasswordResetSuccess');
    expect(await contestedAt(email)).toBeNull();
    expectType(await login(gateway, email, THEIRS), 'InvalidCredentialsProblem');
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    expect(faults(gateway)).toEqual([]);
  });

  it('the exchange token gives the same ticket in place of a session, once', async () => {
    const email = newEmail();
    await signup(email, THEIRS);
    await signup(email, MINE);
    const { exchangeToken, passwordChangeRequired } = await verify(email, (await mailedTo(gateway, email)).code);
    const exchanged = await exchange(exchangeToken);
    const { resetToken } = expectType(exchanged, 'PasswordChangeRequired');
    expect(resetToken).toBe(passwordChangeRequired?.resetToken);
    expectType(await exchange(exchangeToken), 'TokenProblem');
    expect(await rows(gateway, SESSIONS_OF, [email])).toEqual([]);
    expectType(await reset(gateway, resetToken), 'PasswordResetSuccess');
    expectType(await reset(gateway, resetToken), 'TokenProblem');
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    const refused =
      "SELECT metadata FROM audit_events e JOIN users u ON u.id = e.user_id WHERE u.email = ? AND e.type = 'TOKEN_EXCHANGE' AND NOT success";
    expect(await rows(gateway, refused, [email])).toContainEqual({ metadata: { reason: 'CONTESTED' } });
    expect(faults(gateway)).toEqual([]);
  });

  it('the owner is told by mail what was dropped and what to do, in the language of the sign-up', async () => {
    for (const [locale, words] of [
      [null, 'none of these passwords works'],
      ['de', 'gilt keines davon'],
    ] as const) {
      const email = newEmail();
      await gateway.ask(SignupDocument, { input: { email, password: THEIRS, locale, displayName: 'Mallory' } });
      await signup(email, MINE);
      await verify(email, (await mailedTo(gateway, email)).code);
      const { text, html } = await gateway.mailTo(email, { mail: 'sign-up-contested' });
      for (const shown of [text, html]) {
        expect(shown).toContain(words);
        expect(shown).not.toContain('Mallory');
      }
    }
  });

  it('whoever signed up alone and resets keeps what they chose', async () => {
    const { email } = await signedUp(gateway, { password: MINE, displayName: 'Ada', locale: 'de' });
    expectType(await reset(gateway, (await resetMailOf(gateway, email)).token), 'PasswordResetSuccess');
    expect(await accountOf(gateway, email)).toMatchObject({ displayName: 'Ada', locale: 'de' });
  });

  it('whoever signed up alone gets no ticket and no such mail', async () => {
    const { email } = await signedUp(gateway, { password: MINE });
    const { exchangeToken, passwordChangeRequired } = await verify(email, (await mailedTo(gateway, email)).code);
    expect(passwordChangeRequired).toBeNull();
    expectType(await exchange(exchangeToken), 'LoginSuccess');
    const told = "SELECT 1 FROM outbox_messages WHERE recipient = ? AND mail = 'sign-up-contested'";
    expect(await rows(gateway, told, [email])).toEqual([]);
  });

  it('a reset, an exchange and a sign-up at once with the proof end with one password and no fault', async () => {
    for (let round = 0; round < 4; round += 1) {
      const email = newEmail();
      await signup(email, THEIRS);
      await signup(email, MINE);
      const { code, token } = await mailedTo(gateway, email);
      const { token: resetToken, code: resetCode } = await resetMailOf(gateway, email);
      const [byCode, , answer] = await Promise.all([
        gateway.ask(VerifyEmailDocument, { input: { email, code } }),
        gateway.ask(VerifyEmailWithTokenDocument, { input: { token } }),
        reset(gateway, resetToken),
        verifyCode(gateway, email, resetCode),
        signup(email, THEIRS),
      ]);
      const verified = byCode.data.verifyEmail;
      if (verified.__typename === 'EmailVerified') {
        const ticket = verified.passwordChangeRequired?.resetToken ?? '';
        await Promise.all([exchange(verified.exchangeToken), reset(gateway, ticket)]);
      }
      if (answer.__typename !== 'PasswordResetSuccess') {
        expectType(await reset(gateway, (await resetMailOf(gateway, email)).token), 'PasswordResetSuccess');
      }
      expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
      expect(await contestedAt(email)).toBeNull();
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('nothing that the stranger chose stays, nor what they agreed to', async () => {
    const email = newEmail();
    const chosen = { role: 'editor', displayName: 'Mallory', locale: 'de', timezone: 'Asia/Tokyo' };
    const username = `m${newEmail().slice(5, 15)}`;
    const consent = { termsAccepted: true, privacyPolicyAccepted: true };
    const strict = await sharedGateway({ env: { SIGNUP_ROLES: 'user,editor' } });
    try {
      for (const input of [
        { email, password: THEIRS, username, ...chosen, ...consent },
        { email, password: MINE },
      ]) {
        expectType((await strict.ask(SignupDocument, { input })).data.signup, 'SignupAccepted');
      }
      const { code } = await mailedTo(strict, email);
      expectType((await strict.ask(VerifyEmailDocument, { input: { email, code } })).data.verifyEmail, 'EmailVerified');
      const nothing = { displayName: null, locale: null, timezone: null, username: null, usernameKey: null };
      const unsigned = { termsAcceptedAt: null, privacyPolicyAcceptedAt: null };
      expect(await accountOf(strict, email)).toMatchObject({ role: 'user', ...nothing, ...unsigned });
    } finally {
      await strict.close();
    }
  });

  it('also by the link, and however often the stranger signs up or asks for mails', async () => {
    const email = newEmail();
    await signup(email, THEIRS);
    await signup(email, MINE);
    for (let round = 0; round < 3; round += 1) {
      gateway.clock.advance(61);
      await signup(email, THEIRS);
      gateway.clock.advance(61);
      await gateway.ask(ResendVerificationDocument, { input: { email } });
    }
    const { token } = await mailedTo(gateway, email);
    const { data } = await gateway.ask(VerifyEmailWithTokenDocument, { input: { token } });
    expectType(data.verifyEmailWithToken, 'EmailVerified');
    for (const password of [THEIRS, MINE]) {
      expectType(await login(gateway, email, password), 'InvalidCredentialsProblem');
    }
    const [event] = await rows(
      gateway,
      "SELECT metadata FROM audit_events e JOIN users u ON u.id = e.user_id WHERE u.email = ? AND e.type = 'EMAIL_VERIFICATION'",
      [email],
    );
    expect(event).toEqual({ metadata: { passwordDropped: true } });
  });

  it('an owner who resets before verifying has the account for good', async () => {
    const email = newEmail();
    const chosen = { displayName: 'Mallory', locale: 'de', termsAccepted: true, privacyPolicyAccepted: true };
    await gateway.ask(SignupDocument, { input: { email, password: THEIRS, ...chosen } });
    await signup(email, MINE);
    expectType(await reset(gateway, (await resetMailOf(gateway, email)).token), 'PasswordResetSuccess');
    expect(await contestedAt(email)).toBeNull();
    expect(await accountOf(gateway, email)).toMatchObject({ displayName: null, locale: null, termsAcceptedAt: null });
    const told = 'SELECT mail FROM outbox_messages WHERE recipient = ? ORDER BY mail';
    const mails = (await rows<{ mail: string }>(gateway, told, [email])).map(({ mail }) => mail);
    expect(mails).toContain('sign-up-contested');
    gateway.clock.advance(61);
    await signup(email, THEIRS);
    expectType(await login(gateway, email, THEIRS), 'InvalidCredentialsProblem');
    expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
  });

  it('a sign-up that crosses the verification leaves either its owner or nobody a password', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { email } = await signedUp(gateway, { password: MINE });
      gateway.clock.advance(61);
      const { code } = await mailedTo(gateway, email);
      await Promise.all([
        gateway.ask(VerifyEmailDocument, { input: { email, code } }),
        ...Array.from({ length: 3 }, () => signup(email, THEIRS)),
      ]);
      if ((await accountOf(gateway, email))?.emailVerifiedAt === null) {
        await verify(email, (await mailedTo(gateway, email)).code);
      }
      expectType(await login(gateway, email, THEIRS), 'InvalidCredentialsProblem');
      const mine = await login(gateway, email, MINE);
      const isContested = (await contestedAt(email)) !== null;
      expect(mine.__typename).toBe(isContested ? 'InvalidCredentialsProblem' : 'LoginSuccess');
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('of two who sign up at once', () => {
  it('the first one to be written has the account, and the other one changes nothing of it', async () => {
    for (let round = 0; round < 8; round += 1) {
      const email = newEmail();
      await Promise.all([MINE, THEIRS, MINE, THEIRS].map((password) => signup(email, password)));
      const events = "SELECT success FROM audit_events WHERE type = 'SIGN_UP' AND user_id = ?";
      const { id } = (await accountOf(gateway, email)) ?? { id: '' };
      const written = await rows<{ success: boolean }>(gateway, events, [id]);
      expect(written.filter(({ success }) => success)).toHaveLength(1);
      expect(await contestedAt(email)).not.toBeNull();
    }
  });
});

describe('somebody who signs up twice', () => {
  it('with the same password keeps it, also when both come at once', async () => {
    const email = newEmail();
    await atOnce(5, () => signup(email, MINE));
    gateway.clock.advance(61);
    await signup(email, MINE);
    expect(await contestedAt(email)).toBeNull();
    await verify(email, (await mailedTo(gateway, email)).code);
    expectType(await login(gateway, email, MINE), 'LoginSuccess');
    expect(faults(gateway)).toEqual([]);
  });

  it('does not make up for a stranger in between', async () => {
    const email = newEmail();
    for (const password of [THEIRS, MINE, THEIRS]) await signup(email, password);
    expect(await contestedAt(email)).not.toBeNull();
  });

  it('has nothing of a stranger whose link ran out before: no name, language, role or consent', async () => {
    const email = newEmail();
    const strangers = {
      username: `m${newEmail().slice(5, 15)}`,
      displayName: 'Mallory',
      locale: 'de',
      timezone: 'Asia/Tokyo',
    };
    const input = { email, password: THEIRS, ...strangers, termsAccepted: true, privacyPolicyAccepted: true };
    await gateway.ask(SignupDocument, { input });
    gateway.clock.advance(24 * 3_600 + 1);
    await signup(email, MINE);
    const mail = await gateway.mailTo(email, { mail: 'verify-email' });
    expect(mail.text).not.toContain('Mallory');
    await verify(email, (await mailedTo(gateway, email)).code);
    const nothing = { username: null, usernameKey: null, displayName: null, locale: null, timezone: null };
    const unsigned = { termsAcceptedAt: null, privacyPolicyAcceptedAt: null };
    expect(await accountOf(gateway, email)).toMatchObject({ ...nothing, ...unsigned, role: 'user' });
    expectType(await login(gateway, email, MINE), 'LoginSuccess');
  });

  it('begins anew once the link of the first has run out', async () => {
    const email = newEmail();
    await signup(email, THEIRS);
    gateway.clock.advance(24 * 3_600 + 1);
    await signup(email, MINE);
    expect(await contestedAt(email)).toBeNull();
    await verify(email, (await mailedTo(gateway, email)).code);
    expectType(await login(gateway, email, THEIRS), 'InvalidCredentialsProblem');
    expectType(await login(gateway, email, MINE), 'LoginSuccess');
  });
});

it('E1: an account without a password answers a login as an unknown one does', async () => {
  const email = newEmail();
  await signup(email, THEIRS);
  await signup(email, MINE);
  await verify(email, (await mailedTo(gateway, email)).code);
  const answers = [];
  for (const identifier of [email, newEmail()]) {
    const text =
      'mutation ($input: LoginInput!) { login(input: $input) { __typename ... on AuthProblem { code message } } }';
    const { status, body } = await gateway.send(text, { input: { identifier, password: THEIRS } });
    answers.push([status, masked(body)]);
  }
  expect(answers[0]).toEqual(answers[1]);
});
