import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LoginDocument,
  ResendVerificationDocument,
  SignupDocument,
  VerifyEmailDocument,
} from '../../generated/operations.js';
import { accountOf, atOnce, faults, mailedTo, masked, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const resend = (email: string) => gateway.ask(ResendVerificationDocument, { input: { email } });
const signup = (email: string, password: string) => gateway.ask(SignupDocument, { input: { email, password } });
const login = async (identifier: string, password: string) =>
  (await gateway.ask(LoginDocument, { input: { identifier, password } })).data.login;
const mailsTo = async (email: string) =>
  (
    await rows<{ mail: string }>(gateway, 'SELECT mail FROM outbox_messages WHERE recipient = ? ORDER BY created_at', [
      email,
    ])
  ).map(({ mail }) => mail);

describe('O5: a code is mailed again after the cool-down alone', () => {
  it('nothing is mailed within it, and the code stays', async () => {
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    const answer = expectType((await resend(email)).data.resendVerification, 'MailAccepted');
    const wait = new Date(answer.resendAvailableAt).getTime() - gateway.clock.now().getTime();
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
    expect((await mailedTo(gateway, email)).code).toBe(code);
    expect(await mailsTo(email)).toEqual(['verify-email']);
  });

  it('after it the same code comes by mail, once', async () => {
    const { email } = await signedUp(gateway);
    const first = await gateway.mailTo(email);
    gateway.clock.advance(61);
    await atOnce(8, () => resend(email));
    expect(await mailsTo(email)).toEqual(['verify-email', 'verify-email']);
    const second = await gateway.mailTo(email, { seen: [first.id] });
    expect(second.code).toBe(first.code);
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code: second.code ?? '' } });
    expectType(data.verifyEmail, 'EmailVerified');
    expect(faults(gateway)).toEqual([]);
  });
});

describe('E2: resendVerification answers alike for every address', () => {
  it('unknown, unverified, verified and disabled; and only the unverified one is mailed', async () => {
    const { email: unverified } = await signedUp(gateway);
    const { email: verified } = await quickUser(gateway);
    const { email: disabled } = await signedUp(gateway);
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE email = ?', [disabled]);
    gateway.clock.advance(61);
    const answers = [];
    for (const email of [newEmail(), unverified, verified, disabled]) {
      const { status, body, headers } = await resend(email);
      const { resendAvailableAt } = JSON.parse(body).data.resendVerification;
      const wait = Math.round((new Date(resendAvailableAt).getTime() - gateway.clock.now().getTime()) / 5_000);
      answers.push([status, masked(body).replace(email, '<email>'), Object.keys(headers).sort(), wait]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await mailsTo(unverified)).toEqual(['verify-email', 'verify-email']);
    expect(await mailsTo(verified)).toEqual(['verify-email', 'none']);
    expect(await mailsTo(disabled)).toEqual(['verify-email', 'none']);
  });

  it('an address is trimmed and lower-cased', async () => {
    const { email } = await signedUp(gateway);
    const { data } = await resend(`  ${email.toUpperCase()} `);
    expect(expectType(data.resendVerification, 'MailAccepted').email).toBe(email);
  });
});

describe('signing up again with an unverified address', () => {
  it('within the cool-down mails the same code once more', async () => {
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    for (let round = 0; round < 3; round += 1) await signup(email, 'Another-Horse-8-Staple');
    expect((await mailedTo(gateway, email)).code).toBe(code);
    expect((await mailsTo(email)).sort()).toEqual(['none', 'none', 'verify-email', 'verify-email']);
    const first = await gateway.mailTo(email);
    const second = await gateway.mailTo(email, { seen: [first.id] });
    expect([first.code, second.code]).toEqual([code, code]);
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    expectType(data.verifyEmail, 'EmailVerified');
  });

  it('after it mails the code again, and still keeps the first names', async () => {
    const { email } = await signedUp(gateway, { displayName: 'Early', role: 'user' });
    const account = await accountOf(gateway, email);
    const old = await mailedTo(gateway, email);
    gateway.clock.advance(61);
    await signup(email, 'Another-Horse-8-Staple');
    expect(await accountOf(gateway, email)).toEqual({ ...account, passwordContestedAt: expect.any(Date) });
    const { code } = await mailedTo(gateway, email);
    expect(code).toBe(old.code);
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    expectType(data.verifyEmail, 'EmailVerified');
  });

  it('with the same password keeps it', async () => {
    const { email } = await signedUp(gateway);
    gateway.clock.advance(61);
    await signup(email, PASSWORD);
    expect((await accountOf(gateway, email))?.passwordContestedAt).toBeNull();
    const { code } = await mailedTo(gateway, email);
    await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    expectType(await login(email, PASSWORD), 'LoginSuccess');
  });

  it('once the link has run out, the next sign-up takes the place of the first', async () => {
    const { email } = await signedUp(gateway, { displayName: 'Early' });
    const account = await accountOf(gateway, email);
    gateway.clock.advance(24 * 3_600 + 1);
    await signup(email, 'Another-Horse-8-Staple');
    expect((await accountOf(gateway, email))?.id).toBe(account?.id);
    const { code } = await mailedTo(gateway, email);
    await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    expectType(await login(email, PASSWORD), 'InvalidCredentialsProblem');
    expectType(await login(email, 'Another-Horse-8-Staple'), 'LoginSuccess');
  });

  it('eight at once after it mail it twice at most', async () => {
    const { email } = await signedUp(gateway);
    gateway.clock.advance(61);
    await atOnce(8, () => signup(email, 'Another-Horse-8-Staple'));
    const mails = (await mailsTo(email)).filter((mail) => mail !== 'none');
    expect(mails).toHaveLength(3);
    expect(faults(gateway)).toEqual([]);
  });

  it('never touches a verified account', async () => {
    const { email } = await quickUser(gateway);
    gateway.clock.advance(61);
    await signup(email, 'Another-Horse-8-Staple');
    expectType(await login(email, 'Another-Horse-8-Staple'), 'InvalidCredentialsProblem');
    await loggedIn(gateway, email);
  });

  it('crossing with verification leaves no fault', async () => {
    const { email } = await signedUp(gateway);
    gateway.clock.advance(61);
    const { code } = await mailedTo(gateway, email);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => signup(email, 'Another-Horse-8-Staple')),
      gateway.ask(VerifyEmailDocument, { input: { email, code } }),
      ...Array.from({ length: 4 }, () => resend(email)),
    ]);
    for (const { body } of answers) expect(body).not.toContain('TEMPORARILY_UNAVAILABLE');
    expect(faults(gateway)).toEqual([]);
  });
});
