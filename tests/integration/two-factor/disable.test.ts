import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { resetTwoFactor } from '../../../src/services/admin/reset-two-factor.js';
import { DisableTotpDocument, LoginDocument, MeDocument, RefreshDocument } from '../../generated/operations.js';
import { atOnce, commandContext, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import {
  appCode,
  challengeOf,
  claimsOf,
  complete,
  enrolled,
  toNextStep,
  twoFactorUser,
  wrongAppCode,
} from '../../support/totp.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const disable = async (token: string, code: string, password = PASSWORD) =>
  (await gateway.ask(DisableTotpDocument, { input: { password, code } }, { token })).data.disableTotp;
const isOn = async (token: string) => (await gateway.ask(MeDocument, {}, { token })).data.me?.twoFactorEnabled;
const login = async (identifier: string) =>
  (await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD, tokenDelivery: 'BODY' } })).data.login;

describe('T3: the second factor is switched off', () => {
  it('by both factors, and everything of it is forgotten', async () => {
    const { id, email, secret, accessToken } = await twoFactorUser(gateway);
    const { user } = expectType(await disable(accessToken, appCode(gateway, secret, 1)), 'TwoFactorDisabled');
    expect(user).toMatchObject({ id, email, twoFactorEnabled: false });
    for (const table of ['totp_credentials', 'recovery_codes']) {
      expect(await rows(gateway, `SELECT 1 FROM ${table} WHERE user_id = ?`, [id])).toEqual([]);
    }
    expectType(await login(email), 'LoginSuccess');
    const mails = "SELECT variables FROM outbox_messages WHERE recipient = ? AND mail = 'two-factor-disabled'";
    expect(await rows(gateway, mails, [email])).toEqual([
      { variables: expect.objectContaining({ occurredAt: expect.any(String) }) },
    ]);
    const events = "SELECT success, risk_level, actor_id FROM audit_events WHERE user_id = ? AND type = 'TOTP_DISABLE'";
    expect(await rows(gateway, events, [id])).toEqual([{ success: true, risk_level: 'HIGH', actor_id: id }]);
  });

  it('by a recovery code too', async () => {
    const { recoveryCodes, accessToken } = await twoFactorUser(gateway);
    expectType(await disable(accessToken, recoveryCodes[3] ?? ''), 'TwoFactorDisabled');
    expect(await isOn(accessToken)).toBe(false);
  });

  it('S3: and the other sessions end; the present one has proven the password alone from then on', async () => {
    const { email, secret, accessToken, refreshToken } = await twoFactorUser(gateway);
    toNextStep(gateway);
    const other = expectType(
      await complete(gateway, await challengeOf(gateway, email), appCode(gateway, secret)),
      'LoginSuccess',
    );
    toNextStep(gateway);
    expectType(await disable(accessToken, appCode(gateway, secret)), 'TwoFactorDisabled');
    const ended = await gateway.ask(RefreshDocument, { input: { refreshToken: other.tokens.refreshToken ?? '' } });
    expectType(ended.data.refresh, 'RefreshRejectedProblem');
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    const { tokens, session } = expectType(data.refresh, 'RefreshSuccess');
    expect(session.twoFactorVerified).toBe(false);
    expect(claimsOf(tokens.accessToken).amr).toEqual(['pwd']);
  });

  it('so that a challenge from before opens nothing', async () => {
    const { email, secret, accessToken, recoveryCodes } = await twoFactorUser(gateway);
    const challenge = await challengeOf(gateway, email);
    expectType(await disable(accessToken, appCode(gateway, secret, 1)), 'TwoFactorDisabled');
    expectType(await complete(gateway, challenge, recoveryCodes[0] ?? ''), 'CodeProblem');
  });

  it('and can be switched on again, with another secret and other codes', async () => {
    const { email, secret, accessToken, recoveryCodes } = await twoFactorUser(gateway);
    expectType(await disable(accessToken, appCode(gateway, secret, 1)), 'TwoFactorDisabled');
    expect(await enrolled(gateway, accessToken)).not.toBe(secret);
    expect(await isOn(accessToken)).toBe(false);
    expectType(await login(email), 'LoginSuccess');
    expectType(await disable(accessToken, recoveryCodes[0] ?? ''), 'AuthConflictProblem');
  });
});

describe('T3: it stays on', () => {
  it('without the password, without the code, with a used code, and the tries are written down', async () => {
    const { id, email, secret, accessToken: token } = await twoFactorUser(gateway);
    toNextStep(gateway);
    const code = appCode(gateway, secret);
    expectType(await complete(gateway, await challengeOf(gateway, email), code), 'LoginSuccess');
    expectType(await disable(token, code), 'CodeProblem');
    expectType(await disable(token, wrongAppCode(gateway, secret)), 'CodeProblem');
    expectType(await disable(token, ''), 'CodeProblem');
    expectType(await disable(token, appCode(gateway, secret, 1), ''), 'InvalidCredentialsProblem');
    expectType(await disable(token, appCode(gateway, secret, 1), `${PASSWORD} `), 'InvalidCredentialsProblem');
    expect(await isOn(token)).toBe(true);
    const reasons = await rows(
      gateway,
      "SELECT metadata ->> 'reason' AS reason FROM audit_events WHERE user_id = ? AND type = 'TOTP_DISABLE' ORDER BY created_at",
      [id],
    );
    expect(reasons.map(({ reason }) => reason)).toEqual([
      ...Array(3).fill('TWO_FACTOR_CODE_INVALID'),
      ...Array(2).fill('INVALID_CREDENTIALS'),
    ]);
  });

  it('S4: when the sign-in was long ago, whatever is proven', async () => {
    const { secret, accessToken: token } = await twoFactorUser(gateway);
    gateway.clock.advance(601);
    const problem = expectType(await disable(token, appCode(gateway, secret)), 'AuthAccessProblem');
    expect(problem.code).toBe('REAUTHENTICATION_REQUIRED');
    expect(await isOn(token)).toBe(true);
  });

  it('for nobody, and where it is off there is nothing to do', async () => {
    const { data } = await gateway.ask(DisableTotpDocument, { input: { password: PASSWORD, code: '123456' } });
    expect(expectType(data.disableTotp, 'AuthAccessProblem').code).toBe('UNAUTHENTICATED');
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    expectType(await disable(accessToken, '123456'), 'AuthConflictProblem');
  });

  it('for the password of one account and the code of another', async () => {
    const [one, other] = [await twoFactorUser(gateway), await twoFactorUser(gateway)];
    expectType(await disable(one.accessToken, appCode(gateway, other.secret, 1)), 'CodeProblem');
    expectType(await disable(one.accessToken, other.recoveryCodes[0] ?? ''), 'CodeProblem');
  });

  it('L1: fifty wrong passwords at once leave no more than five that are looked at', async () => {
    const { secret, accessToken: token } = await twoFactorUser(gateway);
    const code = appCode(gateway, secret, 1);
    const answers = await atOnce(50, (index) => disable(token, code, `Wrong-Horse-${index}`));
    expect(answers.filter(({ __typename }) => __typename === 'InvalidCredentialsProblem')).toHaveLength(5);
    expect(answers.filter(({ __typename }) => __typename === 'AccountLockedProblem')).toHaveLength(45);
    expectType(await disable(token, appCode(gateway, secret, 1)), 'AccountLockedProblem');
  }, 60_000);

  it('for nobody twice, of five that switch it off at once with codes of their own', async () => {
    const { id, email, recoveryCodes, accessToken: token } = await twoFactorUser(gateway);
    const answers = await atOnce(5, (index) => disable(token, recoveryCodes[index] ?? ''));
    const names = answers.map(({ __typename }) => __typename);
    expect(names.filter((name) => name === 'TwoFactorDisabled')).toHaveLength(1);
    const mails = "SELECT 1 FROM outbox_messages WHERE recipient = ? AND mail = 'two-factor-disabled'";
    expect(await rows(gateway, mails, [email])).toHaveLength(1);
    const events = "SELECT 1 FROM audit_events WHERE user_id = ? AND type = 'TOTP_DISABLE' AND success";
    expect(await rows(gateway, events, [id])).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });
});

describe('T5: an operator', () => {
  it('removes the factor of somebody who lost it, which ends their sessions and is told', async () => {
    const user = await twoFactorUser(gateway);
    const done = await resetTwoFactor(commandContext(gateway), OPERATOR, { email: user.email });
    expect(done).toMatchObject({ kind: 'user-acted', endedSessions: 1 });
    expect((await gateway.ask(MeDocument, {}, { token: user.accessToken })).errors[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    expect((await loggedIn(gateway, user.email)).user.id).toBe(user.id);
    const kept =
      'SELECT (SELECT count(*) FROM totp_credentials WHERE user_id = ?) + (SELECT count(*) FROM recovery_codes WHERE user_id = ?) AS rows';
    expect(await rows(gateway, kept, [user.id, user.id])).toEqual([{ rows: '0' }]);
    const told = "SELECT mail FROM outbox_messages WHERE recipient = ? AND mail = 'two-factor-disabled'";
    expect(await rows(gateway, told, [user.email])).toHaveLength(1);
    expect(await resetTwoFactor(commandContext(gateway), OPERATOR, { email: user.email })).toMatchObject({
      code: 'CONFLICT',
    });
  });
});
