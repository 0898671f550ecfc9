import { expect, it } from 'vitest';
import { PASSWORD_HASH_COST } from '../../src/services/passwords/hasher.js';
import {
  LoginDocument,
  RequestPasswordResetDocument,
  SignupDocument,
  VerifyPasswordResetCodeDocument,
} from '../generated/operations.js';
import { mailedTo, quickUser, signedUp } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { newEmail } from '../support/journey.js';
import { requestReset } from '../support/passwords.js';

const ROUNDS = 30;

type Call = (email: string) => Promise<unknown>;

/** The time of a call that little else came in the way of: what somebody who asks often enough sees. */
function lowerQuartile(times: number[]): number {
  return times.sort((one, other) => one - other)[Math.floor(times.length / 4)] ?? 0;
}

async function timeOf(call: Call, email: string): Promise<number> {
  const started = performance.now();
  await call(email);
  return performance.now() - started;
}

/** Compares in one run, in turn and in changing order, so that what else the machine does hits both alike. */
async function expectAlike(call: Call, one: string[], other: string[]): Promise<void> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const pair: [number, string][] = [
      [0, one[round % one.length] ?? ''],
      [1, other[round % other.length] ?? ''],
    ];
    for (const [side, email] of round % 2 === 0 ? pair : pair.reverse()) {
      times[side as 0 | 1].push(await timeOf(call, email));
    }
  }
  const [first, second] = [lowerQuartile(times[0]), lowerQuartile(times[1])];
  expect(Math.abs(first - second)).toBeLessThan(Math.max(5, first * 0.1));
}

const addresses = (count = ROUNDS) => Array.from({ length: count }, () => newEmail());

async function accounts(gateway: TestGateway): Promise<string[]> {
  const emails = [];
  for (let count = 0; count < ROUNDS; count += 1) emails.push((await quickUser(gateway)).email);
  return emails;
}

it('E3: a reset is asked for, and its code is tried, as fast for an account as for none', { retry: 2 }, async () => {
  const gateway = await testGateway({ worker: true });
  const known = await accounts(gateway);
  const unknown = addresses();
  const request: Call = (email) => gateway.ask(RequestPasswordResetDocument, { input: { email } });
  await requestReset(gateway, newEmail());
  await expectAlike(request, known, unknown);
  const tryCode: Call = (email) => gateway.ask(VerifyPasswordResetCodeDocument, { input: { email, code: '000000' } });
  await expectAlike(tryCode, known, unknown);
});

it('E3: a sign-up takes one hash, be its address new or waiting to be verified', { retry: 2 }, async () => {
  const gateway = await testGateway({ hashCost: PASSWORD_HASH_COST });
  const { email: waiting } = await signedUp(gateway);
  const signup: Call = (email) => gateway.ask(SignupDocument, { input: { email, password: 'Another-Horse-8-Staple' } });
  await expectAlike(signup, [waiting], addresses());
});

it('E3: a login takes as long for an account without a password as for none', { retry: 2 }, async () => {
  const gateway = await testGateway({ hashCost: PASSWORD_HASH_COST, env: { LOCKOUT_THRESHOLD: '100' } });
  const { email } = await signedUp(gateway);
  await gateway.ask(SignupDocument, { input: { email, password: 'Another-Horse-8-Staple' } });
  const { code } = await mailedTo(gateway, email);
  await gateway.send('mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename } }', {
    input: { email, code },
  });
  const login: Call = (identifier) =>
    gateway.ask(LoginDocument, { input: { identifier, password: 'Wrong-Horse-7-Staple' } });
  await expectAlike(login, [email], addresses(1));
});
