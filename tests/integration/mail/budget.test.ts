import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  RequestPasswordResetDocument,
  ResendVerificationDocument,
  SignupDocument,
  VerifyEmailDocument,
  VerifyEmailWithTokenDocument,
} from '../../generated/operations.js';
import { accountOf, atOnce, faults, mailedTo, masked, quickUser, rows, signedUp } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { requestChange, signedInUser } from '../../support/email-change.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

const LIMITED = { env: { RATE_LIMITS: 'on' } };
let clients = 0;
/** A client that no limit has counted yet. */
const anyone = () => {
  clients += 1;
  return { from: `198.51.${Math.floor(clients / 250)}.${clients % 250}` };
};
const signup = (gateway: TestGateway, email: string, password = 'Another-Horse-8-Staple') =>
  gateway.ask(SignupDocument, { input: { email, password } }, anyone());
const resend = (gateway: TestGateway, email: string) =>
  gateway.ask(ResendVerificationDocument, { input: { email } }, anyone());
const askReset = (gateway: TestGateway, email: string) =>
  gateway.ask(RequestPasswordResetDocument, { input: { email } }, anyone());

/** How many mails to these addresses are to be sent. */
async function mailedCount(gateway: TestGateway, ...emails: string[]): Promise<number> {
  const text = "SELECT count(*)::int AS n FROM outbox_messages WHERE mail <> 'none' AND recipient = ANY(?)";
  const [row] = await rows<{ n: number }>(gateway, text, [`{${emails.join(',')}}`]);
  return row?.n ?? 0;
}

it('O5: strangers who sign up with an address make at most five mails an hour and twenty a day arrive there', async () => {
  const gateway = await testGateway(LIMITED);
  const email = newEmail();
  for (let minute = 0; minute < 20; minute += 1) {
    expectType((await signup(gateway, email)).data.signup, 'SignupAccepted');
    gateway.clock.advance(61);
  }
  expect(await mailedCount(gateway, email)).toBe(5);
  for (let hour = 0; hour < 8; hour += 1) {
    gateway.clock.advance(3_601);
    for (let minute = 0; minute < 6; minute += 1) {
      await signup(gateway, email);
      gateway.clock.advance(61);
    }
  }
  expect(await mailedCount(gateway, email)).toBe(20);
});

it('O5: every operation that mails a typed address draws on one budget', async () => {
  const gateway = await testGateway(LIMITED);
  const { email } = await signedUp(gateway);
  const ways = [
    () => resend(gateway, email),
    () => askReset(gateway, email),
    () => signup(gateway, email),
    async () => await requestChange(gateway, (await signedInUser(gateway)).accessToken, email),
  ];
  for (let round = 0; round < 3; round += 1) {
    for (const way of ways) await way();
    gateway.clock.advance(61);
  }
  expect(await mailedCount(gateway, email)).toBe(5);
});

it('O5: notices to the owner of a taken address leave room for a reset', async () => {
  const gateway = await testGateway(LIMITED);
  const { email } = await quickUser(gateway);
  for (let minute = 0; minute < 8; minute += 1) {
    gateway.clock.advance(61);
    await signup(gateway, email);
  }
  await askReset(gateway, email);
  const [last] = await rows(
    gateway,
    "SELECT mail FROM outbox_messages WHERE mail <> 'none' AND recipient = ? ORDER BY created_at DESC LIMIT 1",
    [email],
  );
  expect(last).toEqual({ mail: 'reset-password' });
});

it('O5: spellings that reach one mailbox share its budget', async () => {
  const gateway = await testGateway(LIMITED);
  const name = `u${randomBytes(6).toString('hex')}`;
  const emails = Array.from({ length: 9 }, (_, index) => `${name}+${index}@gmail.com`);
  for (const email of emails) await signup(gateway, email);
  expect(await mailedCount(gateway, ...emails)).toBe(5);
});

it('O5: parallel sign-ups with spellings of one mailbox do not pass the budget', async () => {
  const gateway = await testGateway(LIMITED);
  const name = `u${randomBytes(6).toString('hex')}`;
  const emails = Array.from({ length: 12 }, (_, index) => `${name}+${index}@gmail.com`);
  await atOnce(12, (index) => signup(gateway, emails[index] ?? ''));
  expect(await mailedCount(gateway, ...emails)).toBe(5);
  expect(faults(gateway)).toEqual([]);
});

it('E2: beyond the budget the answer is the one of an unknown address, and decoys use up nothing', async () => {
  const gateway = await testGateway(LIMITED);
  const { email } = await quickUser(gateway);
  const unknown = newEmail();
  for (let minute = 0; minute < 7; minute += 1) {
    gateway.clock.advance(61);
    const known = await askReset(gateway, email);
    const none = await askReset(gateway, unknown);
    expect(masked(known.body).replace(email, '')).toBe(masked(none.body).replace(unknown, ''));
    expect(known.status).toBe(none.status);
  }
  // The owner of the unknown address signs up after strangers asked for it.
  await signup(gateway, unknown);
  expect(await mailedCount(gateway, unknown)).toBe(1);
});

it('O5: requests within the cool-down use up nothing of the hour', async () => {
  const gateway = await testGateway(LIMITED);
  const { email } = await quickUser(gateway);
  gateway.clock.advance(3_601);
  const before = await mailedCount(gateway, email);
  await atOnce(8, () => askReset(gateway, email));
  expect(await mailedCount(gateway, email)).toBe(before + 1);
  for (let minute = 1; minute <= 4; minute += 1) {
    gateway.clock.advance(61);
    expectType((await askReset(gateway, email)).data.requestPasswordReset, 'MailAccepted');
    expect(await mailedCount(gateway, email)).toBe(before + 1 + minute);
  }
});

it('O3: nobody can void the code and link that the owner was mailed by asking again', async () => {
  const gateway = await testGateway(LIMITED);
  const { email } = await signedUp(gateway, { password: PASSWORD });
  const mailed = await mailedTo(gateway, email);
  for (const again of [signup, resend, signup]) {
    gateway.clock.advance(61);
    await again(gateway, email);
    expect(await mailedTo(gateway, email)).toEqual(mailed);
  }
  const { data } = await gateway.ask(VerifyEmailWithTokenDocument, { input: { token: mailed.token } });
  expectType(data.verifyEmailWithToken, 'EmailVerified');
  gateway.clock.advance(61);
  await askReset(gateway, email);
  const reset = await mailedTo(gateway, email, 'RESET_PASSWORD');
  gateway.clock.advance(61);
  await askReset(gateway, email);
  expect(await mailedTo(gateway, email, 'RESET_PASSWORD')).toEqual(reset);
});

it('O4: the digits of a code that is mailed again work as long as the mail says', async () => {
  const gateway = await testGateway(LIMITED);
  const { email } = await signedUp(gateway);
  const { code } = await mailedTo(gateway, email);
  gateway.clock.advance(601);
  const verify = async () => (await gateway.ask(VerifyEmailDocument, { input: { email, code } }, anyone())).data;
  expectType((await verify()).verifyEmail, 'CodeProblem');
  await resend(gateway, email);
  gateway.clock.advance(590);
  expectType((await verify()).verifyEmail, 'EmailVerified');
});

it('O3: once the link has run out, another code is mailed', async () => {
  const gateway = await testGateway(LIMITED);
  const { email } = await signedUp(gateway);
  const mailed = await mailedTo(gateway, email);
  gateway.clock.advance(86_401);
  await resend(gateway, email);
  expect((await mailedTo(gateway, email)).token).not.toBe(mailed.token);
  expect((await accountOf(gateway, email))?.emailVerifiedAt).toBeNull();
});
