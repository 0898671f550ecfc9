import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VerifyEmailDocument } from '../../generated/operations.js';
import { atOnce, faults, mailedTo, masked, quickUser, rows, signedUp, wrongCode } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, newEmail } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const attempt = (email: string, code: string) => gateway.ask(VerifyEmailDocument, { input: { email, code } });
const attemptsLeft = async (email: string, code: string) =>
  expectType((await attempt(email, code)).data.verifyEmail, 'CodeProblem').attemptsLeft;

describe('O3: a code works once', () => {
  it('exactly one of ten right tries at once wins', async () => {
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    const answers = await atOnce(10, () => attempt(email, code));
    const names = answers.map((answer) => answer.data.verifyEmail.__typename);
    expect(names.filter((name) => name === 'EmailVerified')).toHaveLength(1);
    expect(names.filter((name) => name === 'CodeProblem')).toHaveLength(9);
    expect(faults(gateway)).toEqual([]);
  });

  it('wrong, used, expired, superseded and unknown give one answer', async () => {
    const answers: string[] = [];
    const keep = async (email: string, code: string) => answers.push(masked((await attempt(email, code)).body));

    const wrong = await signedUp(gateway);
    await keep(wrong.email, wrongCode((await mailedTo(gateway, wrong.email)).code));
    const used = await signedUp(gateway);
    const usedCode = (await mailedTo(gateway, used.email)).code;
    await attempt(used.email, usedCode);
    await keep(used.email, usedCode);
    await keep(newEmail(), '123456');
    const superseded = await signedUp(gateway);
    const oldCode = (await mailedTo(gateway, superseded.email)).code;
    gateway.clock.advance(86_401);
    await signedUp(gateway, superseded);
    expect((await mailedTo(gateway, superseded.email)).code).not.toBe(oldCode);
    await keep(superseded.email, oldCode);
    const expired = await signedUp(gateway);
    gateway.clock.advance(601);
    await keep(expired.email, (await mailedTo(gateway, expired.email)).code);

    expect(answers).toHaveLength(5);
    expect(answers[0]).toContain('"attemptsLeft":4');
    expect(new Set(answers).size).toBe(1);
  });

  it('a code of one address is no good for another', async () => {
    const [first, second] = [await signedUp(gateway), await signedUp(gateway)];
    const { code } = await mailedTo(gateway, first.email);
    if (code !== (await mailedTo(gateway, second.email)).code) expect(await attemptsLeft(second.email, code)).toBe(4);
    expectType((await attempt(first.email, code)).data.verifyEmail, 'EmailVerified');
  });
});

describe('O4: the server decides how long a code lives', () => {
  it('it works just before its end and not at it', async () => {
    const [early, late] = [await signedUp(gateway), await signedUp(gateway)];
    gateway.clock.advance(590);
    const { code } = await mailedTo(gateway, early.email);
    expectType((await attempt(early.email, code)).data.verifyEmail, 'EmailVerified');
    gateway.clock.advance(11);
    expect(await attemptsLeft(late.email, (await mailedTo(gateway, late.email)).code)).toBe(4);
  });
});

describe('O5: tries are counted', () => {
  it('the sixth is refused even if it is right', async () => {
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    const left: (number | null)[] = [];
    for (let offset = 1; offset <= 5; offset += 1)
      left.push((await attemptsLeft(email, wrongCode(code, offset))) ?? null);
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expect(await attemptsLeft(email, code)).toBe(0);
  });

  it('the fifth may be right', async () => {
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    for (let offset = 1; offset <= 4; offset += 1) await attempt(email, wrongCode(code, offset));
    expectType((await attempt(email, code)).data.verifyEmail, 'EmailVerified');
  });

  it('fifty at once leave no more than five that are looked at', async () => {
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    const answers = await atOnce(50, (index) => attempt(email, wrongCode(code, index + 1)));
    const left = answers.map((answer) => expectType(answer.data.verifyEmail, 'CodeProblem').attemptsLeft ?? -1);
    expect(left.sort((one, other) => other - one).slice(0, 5)).toEqual([4, 3, 2, 1, 0]);
    expect(left.slice(5).every((count) => count === 0)).toBe(true);
    expect(await attemptsLeft(email, code)).toBe(0);
  });

  it('a number that is wrong in form costs no try', async () => {
    const { email } = await signedUp(gateway);
    for (const code of ['12345', '1234567', '12345a', '１２３４５', '', ' 12345', '12345\n']) {
      expectType((await attempt(email, code)).data.verifyEmail, 'AuthInputProblem');
    }
    expect(await attemptsLeft(email, wrongCode((await mailedTo(gateway, email)).code))).toBe(4);
  });
});

describe('E4: the count of tries tells nothing of an address', () => {
  it('unknown, unverified and verified addresses count down alike', async () => {
    const { email: unverified } = await signedUp(gateway);
    const { email: verified } = await quickUser(gateway);
    const counts: unknown[] = [];
    for (const email of [newEmail(), unverified, verified]) {
      const code = email === unverified ? wrongCode((await mailedTo(gateway, email)).code) : '000000';
      counts.push([]);
      for (let round = 0; round < 7; round += 1) (counts.at(-1) as unknown[]).push(await attemptsLeft(email, code));
    }
    expect(counts[0]).toEqual([4, 3, 2, 1, 0, 0, 0]);
    expect(counts).toEqual([counts[0], counts[0], counts[0]]);
  });

  it('tries of an unknown address are kept without a user', async () => {
    const email = newEmail();
    await attempt(email, '123456');
    const codes = "SELECT user_id, attempts FROM one_time_codes WHERE address = ? AND purpose = 'VERIFY_EMAIL'";
    const found = await rows(gateway, codes, [email]);
    expect(found).toEqual([{ user_id: null, attempts: 1 }]);
  });
});
