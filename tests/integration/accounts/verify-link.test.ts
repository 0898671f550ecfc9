import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveToken } from '../../../src/services/one-time-codes/derive.js';
import {
  ExchangeTokenDocument,
  RefreshDocument,
  ResendVerificationDocument,
  VerifyEmailDocument,
  VerifyEmailWithTokenDocument,
} from '../../generated/operations.js';
import { accountOf, atOnce, faults, mailedTo, masked, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const verify = (token: string) => gateway.ask(VerifyEmailWithTokenDocument, { input: { token } });
const exchange = (token: string) => gateway.ask(ExchangeTokenDocument, { input: { token, tokenDelivery: 'BODY' } });

describe('O3: a link works once', () => {
  it('it verifies the address and gives a token for one session', async () => {
    const { email } = await signedUp(gateway);
    const { code, token } = await mailedTo(gateway, email);
    const verified = expectType((await verify(token)).data.verifyEmailWithToken, 'EmailVerified');
    expect(verified.user).toMatchObject({ email, emailVerified: true });
    expectType((await exchange(verified.exchangeToken)).data.exchangeToken, 'LoginSuccess');
    expectType((await verify(token)).data.verifyEmailWithToken, 'TokenProblem');
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    expectType(data.verifyEmail, 'CodeProblem');
  });

  it('ten uses at once verify once', async () => {
    const { token } = await mailedTo(gateway, (await signedUp(gateway)).email);
    const names = (await atOnce(10, () => verify(token))).map((answer) => answer.data.verifyEmailWithToken.__typename);
    expect(names.filter((name) => name === 'EmailVerified')).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('a code and its link at once verify once', async () => {
    const { email } = await signedUp(gateway);
    const { code, token } = await mailedTo(gateway, email);
    const [byCode, byLink] = await Promise.all([
      gateway.ask(VerifyEmailDocument, { input: { email, code } }),
      verify(token),
    ]);
    const names = [byCode.data.verifyEmail.__typename, byLink.data.verifyEmailWithToken.__typename];
    expect(names.filter((name) => name === 'EmailVerified')).toHaveLength(1);
  });

  it('a new mail carries the same link while that works, and a new one afterwards', async () => {
    const { email } = await signedUp(gateway);
    const old = await mailedTo(gateway, email);
    gateway.clock.advance(61);
    await gateway.ask(ResendVerificationDocument, { input: { email } });
    expect(await mailedTo(gateway, email)).toEqual(old);
    gateway.clock.advance(86_401);
    await gateway.ask(ResendVerificationDocument, { input: { email } });
    expectType((await verify(old.token)).data.verifyEmailWithToken, 'TokenProblem');
    const { token } = await mailedTo(gateway, email);
    expect(token).not.toBe(old.token);
    expectType((await verify(token)).data.verifyEmailWithToken, 'EmailVerified');
  });

  it('it outlives its code, and wrong tries of the code, by its own life', async () => {
    const { email } = await signedUp(gateway);
    const { token } = await mailedTo(gateway, email);
    gateway.clock.advance(86_390);
    await atOnce(6, () => gateway.ask(VerifyEmailDocument, { input: { email, code: '000000' } }));
    expectType((await verify(token)).data.verifyEmailWithToken, 'EmailVerified');
    const late = await mailedTo(gateway, (await signedUp(gateway)).email);
    gateway.clock.advance(86_401);
    expectType((await verify(late.token)).data.verifyEmailWithToken, 'TokenProblem');
  });
});

describe('the exchange token', () => {
  it('ten uses at once make one session', async () => {
    const { exchangeToken, id } = await quickUser(gateway);
    const names = (await atOnce(10, () => exchange(exchangeToken))).map(
      (answer) => answer.data.exchangeToken.__typename,
    );
    expect(names.filter((name) => name === 'LoginSuccess')).toHaveLength(1);
    expect(names.filter((name) => name === 'TokenProblem')).toHaveLength(9);
    expect(await rows(gateway, 'SELECT count(*)::int AS n FROM sessions WHERE user_id = ?', [id])).toEqual([{ n: 1 }]);
  });

  it('is dead after a minute', async () => {
    const { exchangeToken } = await quickUser(gateway);
    gateway.clock.advance(61);
    expectType((await exchange(exchangeToken)).data.exchangeToken, 'TokenProblem');
  });

  it('is no good once its user is disabled', async () => {
    const { exchangeToken, email } = await quickUser(gateway);
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE email = ?', [email]);
    expectType((await exchange(exchangeToken)).data.exchangeToken, 'TokenProblem');
  });
});

describe('O2: a secret of one purpose is no good for another', () => {
  it('every secret at every door but its own', async () => {
    const { exchangeToken, email } = await quickUser(gateway);
    const pending = await mailedTo(gateway, (await signedUp(gateway)).email);
    const { accessToken, refreshToken } = await loggedIn(gateway, email);
    const [exchangeRow] = await rows<{ id: string; key_id: string }>(
      gateway,
      "SELECT id, key_id FROM one_time_codes WHERE purpose = 'EXCHANGE' AND address = ?",
      [email],
    );
    const asLink = deriveToken(gateway.dependencies.secretKeys, {
      id: exchangeRow?.id ?? '',
      keyId: exchangeRow?.key_id ?? '',
      purpose: 'VERIFY_EMAIL',
    });
    const answers: string[] = [];
    for (const token of [exchangeToken, asLink, accessToken, refreshToken, pending.code]) {
      answers.push(masked((await verify(token)).body));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('TOKEN_INVALID');
    for (const token of [pending.token, accessToken, refreshToken, pending.code]) {
      expectType((await exchange(token)).data.exchangeToken, 'TokenProblem');
    }
    for (const token of [pending.token, exchangeToken, accessToken]) {
      const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken: token } });
      expectType(data.refresh, 'RefreshRejectedProblem');
    }
    expectType((await exchange(exchangeToken)).data.exchangeToken, 'LoginSuccess');
    expectType((await verify(pending.token)).data.verifyEmailWithToken, 'EmailVerified');
  });

  it('hostile tokens are refused and nothing else happens', async () => {
    for (const token of ['', 'x', '\u0000', `${'A'.repeat(64)}`, 'A'.repeat(90_000), "' OR 1=1--", '😀', '{"a":1}']) {
      expectType((await verify(token)).data.verifyEmailWithToken, 'TokenProblem');
      expectType((await exchange(token)).data.exchangeToken, 'TokenProblem');
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('every changed letter of a link kills it', async () => {
    const { email } = await signedUp(gateway);
    const { token } = await mailedTo(gateway, email);
    for (let place = 0; place < token.length; place += 1) {
      const changed = `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`;
      expectType((await verify(changed)).data.verifyEmailWithToken, 'TokenProblem');
    }
    expect((await accountOf(gateway, email))?.emailVerifiedAt).toBeNull();
  });

  it('an unknown and a used link answer alike', async () => {
    const { token } = await mailedTo(gateway, (await signedUp(gateway)).email);
    await verify(token);
    expect((await verify(token)).body).toBe((await verify(newEmail())).body);
  });
});
