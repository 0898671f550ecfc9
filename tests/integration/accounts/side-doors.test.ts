import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResendVerificationDocument, SignupDocument, VerifyEmailDocument } from '../../generated/operations.js';
import { mailedTo, quickUser, signedUp, wrongCode } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

type Step = 'signup' | 'resend' | 'try' | 'minute';

/** One step of a stranger, as what it tells: tries left, or seconds until another mail. */
async function tell(step: Step, email: string): Promise<unknown> {
  const now = gateway.clock.now().getTime();
  const seconds = (time: string) => Math.round((new Date(time).getTime() - now) / 1000 / 5) * 5;
  if (step === 'minute') return gateway.clock.advance(61);
  if (step === 'signup') {
    const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    const { codeExpiresAt, resendAvailableAt } = expectType(data.signup, 'SignupAccepted');
    return [seconds(codeExpiresAt), seconds(resendAvailableAt)];
  }
  if (step === 'resend') {
    const { data } = await gateway.ask(ResendVerificationDocument, { input: { email } });
    return seconds(expectType(data.resendVerification, 'MailAccepted').resendAvailableAt);
  }
  const code = await mailedTo(gateway, email).then(
    (mailed) => wrongCode(mailed.code),
    () => '000000',
  );
  const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
  return expectType(data.verifyEmail, 'CodeProblem').attemptsLeft;
}

describe('E4: no order of sign-up, resend and tries tells whether an address has an account', () => {
  it.each<Step[][]>([
    [['signup', 'try', 'signup', 'try', 'minute', 'signup', 'try']],
    [['try', 'signup', 'try', 'resend', 'try']],
    [['try', 'resend', 'try', 'signup', 'try']],
    [['resend', 'try', 'signup', 'try', 'resend']],
    [['resend', 'try', 'try', 'minute', 'resend', 'try']],
    [['signup', 'resend', 'try', 'minute', 'resend', 'try', 'signup', 'try']],
    [['try', 'try', 'minute', 'try', 'signup', 'try', 'minute', 'try']],
  ])('%j', async (steps) => {
    const { email: unverified } = await signedUp(gateway);
    const { email: verified } = await quickUser(gateway);
    gateway.clock.advance(3_600);
    const told: unknown[][] = [];
    for (const email of [newEmail(), unverified, verified]) {
      told.push([]);
      for (const step of steps) told.at(-1)?.push(await tell(step, email));
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });
});
