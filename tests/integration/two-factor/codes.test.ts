import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { unlockUser } from '../../../src/services/admin/unlock-user.js';
import { subjectKey } from '../../../src/services/attempts/subject.js';
import { ConfirmTotpDocument, RegenerateRecoveryCodesDocument } from '../../generated/operations.js';
import { atOnce, commandContext, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import { login, reset, resetMailOf } from '../../support/passwords.js';
import {
  appCode,
  challengeOf,
  complete,
  enrolled,
  toNextStep,
  twoFactorUser,
  wrongAppCode,
} from '../../support/totp.js';

let gateway: TestGateway;
let replica: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
  replica = await sharedGateway({ replicaOf: gateway });
});
afterAll(async () => {
  await replica.close();
  await gateway.close();
});

/** Both steps of a sign-in; what the second one came to. */
const signIn = async (email: string, code: string, on = gateway) =>
  await complete(on, await challengeOf(on, email), code);
const regenerate = async (token: string, code: string, password = PASSWORD) =>
  (await gateway.ask(RegenerateRecoveryCodesDocument, { input: { password, code } }, { token })).data
    .regenerateRecoveryCodes;
const mailsTo = async (email: string, mail: string) =>
  await rows(gateway, 'SELECT variables FROM outbox_messages WHERE recipient = ? AND mail = ? ORDER BY created_at', [
    email,
    mail,
  ]);

const keyOf = (userId: string, scope: 'two-factor' | 'recovery-code' | 'enrolment' = 'two-factor') =>
  subjectKey(gateway.dependencies.secretKeys, { scope, userId });
const setTotal = async (userId: string, total: number, scope?: Parameters<typeof keyOf>[1]) =>
  expect(
    await rows(gateway, 'UPDATE login_failures SET total = ? WHERE key = ? RETURNING key', [
      total,
      keyOf(userId, scope),
    ]),
  ).toHaveLength(1);

describe('T2: a time step is accepted once', () => {
  it('so that its code works once, whatever it is used for', async () => {
    const { email, secret, accessToken } = await twoFactorUser(gateway);
    toNextStep(gateway);
    const code = appCode(gateway, secret);
    expectType(await signIn(email, code), 'LoginSuccess');
    expect(expectType(await signIn(email, code), 'CodeProblem').code).toBe('TWO_FACTOR_CODE_INVALID');
    expectType(await regenerate(accessToken, code), 'CodeProblem');
    toNextStep(gateway);
    expectType(await signIn(email, appCode(gateway, secret)), 'LoginSuccess');
  });

  it('the code that switched the factor on is used up by that', async () => {
    toNextStep(gateway);
    const { email, secret } = await twoFactorUser(gateway);
    expectType(await signIn(email, appCode(gateway, secret)), 'CodeProblem');
    expectType(await signIn(email, appCode(gateway, secret, 1)), 'LoginSuccess');
  });

  it('one of ten at once gets through, on two replicas', async () => {
    const { email, secret } = await twoFactorUser(gateway);
    toNextStep(gateway);
    const code = appCode(gateway, secret);
    const challenges = await Promise.all(Array.from({ length: 10 }, () => challengeOf(gateway, email)));
    const answers = await atOnce(10, (index) =>
      complete(index % 2 === 0 ? gateway : replica, challenges[index] ?? '', code),
    );
    const names = answers.map(({ __typename }) => __typename);
    expect(names.filter((name) => name === 'LoginSuccess')).toHaveLength(1);
    expect(names.filter((name) => name === 'CodeProblem' || name === 'AccountLockedProblem')).toHaveLength(9);
    expect([...faults(gateway), ...faults(replica)]).toEqual([]);
  });

  it('and none before it any more', async () => {
    const { email, secret } = await twoFactorUser(gateway);
    toNextStep(gateway, 2);
    expectType(await signIn(email, appCode(gateway, secret, 1)), 'LoginSuccess');
    for (const away of [0, -1]) expectType(await signIn(email, appCode(gateway, secret, away)), 'CodeProblem');
  });

  it('wrong, used and older codes give one answer', async () => {
    const { email, secret } = await twoFactorUser(gateway);
    toNextStep(gateway, 2);
    const used = appCode(gateway, secret, 1);
    expectType(await signIn(email, used), 'LoginSuccess');
    const answers: string[] = [];
    for (const code of [wrongAppCode(gateway, secret), used, appCode(gateway, secret), 'AAAA-BBBB']) {
      answers.push(JSON.stringify(await signIn(email, code)));
    }
    expect(new Set(answers).size).toBe(1);
  });
});

describe('T5: recovery codes', () => {
  it('stand in once each, and their owner is told', async () => {
    const { email, id, recoveryCodes } = await twoFactorUser(gateway);
    const [first = '', second = ''] = recoveryCodes;
    expectType(await signIn(email, first), 'LoginSuccess');
    expectType(await signIn(email, first), 'CodeProblem');
    expectType(await signIn(email, second), 'LoginSuccess');
    const left = (await mailsTo(email, 'recovery-code-used')).map(
      ({ variables }) => (variables as { codesLeft: string }).codesLeft,
    );
    expect(left).toEqual(['9', '8']);
    const events = "SELECT metadata, risk_level FROM audit_events WHERE user_id = ? AND type = 'RECOVERY_CODE_USE'";
    expect(await rows(gateway, `${events} ORDER BY created_at`, [id])).toEqual([
      { metadata: { codesLeft: 9 }, risk_level: 'HIGH' },
      { metadata: { codesLeft: 8 }, risk_level: 'HIGH' },
    ]);
  });

  it('however they are typed', async () => {
    const { email, recoveryCodes } = await twoFactorUser(gateway);
    const [first = '', second = '', third = ''] = recoveryCodes;
    expectType(await signIn(email, first.toLowerCase().replaceAll('-', ' ')), 'LoginSuccess');
    expectType(
      await signIn(email, second.replaceAll('-', '').replaceAll('0', 'o').replaceAll('1', 'l')),
      'LoginSuccess',
    );
    expectType(await signIn(email, `  ${third} `), 'LoginSuccess');
  });

  it('one of ten at once gets through, on two replicas', async () => {
    const { email, recoveryCodes, id } = await twoFactorUser(gateway);
    const challenges = await Promise.all(Array.from({ length: 10 }, () => challengeOf(gateway, email)));
    const answers = await atOnce(10, (index) =>
      complete(index % 2 === 0 ? gateway : replica, challenges[index] ?? '', recoveryCodes[0] ?? ''),
    );
    expect(answers.filter(({ __typename }) => __typename === 'LoginSuccess')).toHaveLength(1);
    const used = 'SELECT 1 FROM recovery_codes WHERE user_id = ? AND used_at IS NOT NULL';
    expect(await rows(gateway, used, [id])).toHaveLength(1);
    expect(await mailsTo(email, 'recovery-code-used')).toHaveLength(1);
    expect([...faults(gateway), ...faults(replica)]).toEqual([]);
  });

  it('and different ones at once all do', async () => {
    const { email, recoveryCodes } = await twoFactorUser(gateway);
    const challenges = await Promise.all(Array.from({ length: 5 }, () => challengeOf(gateway, email)));
    const answers = await atOnce(5, (index) =>
      complete(index % 2 === 0 ? gateway : replica, challenges[index] ?? '', recoveryCodes[index] ?? ''),
    );
    expect(answers.map(({ __typename }) => __typename)).toEqual(Array(5).fill('LoginSuccess'));
    const left = (await mailsTo(email, 'recovery-code-used')).map(
      ({ variables }) => (variables as { codesLeft: string }).codesLeft,
    );
    expect(left.sort()).toEqual(['5', '6', '7', '8', '9']);
  });

  it('work for their account alone', async () => {
    const [one, other] = [await twoFactorUser(gateway), await twoFactorUser(gateway)];
    expectType(await signIn(one.email, other.recoveryCodes[0] ?? ''), 'CodeProblem');
    expectType(await signIn(other.email, other.recoveryCodes[0] ?? ''), 'LoginSuccess');
  });

  it('are stored as keyed hashes, ten of them', async () => {
    const { id, recoveryCodes } = await twoFactorUser(gateway);
    const stored = await rows<{ code_hash: string; used_at: null }>(
      gateway,
      'SELECT code_hash, used_at FROM recovery_codes WHERE user_id = ?',
      [id],
    );
    expect(stored).toHaveLength(10);
    for (const { code_hash: hash, used_at: usedAt } of stored) {
      expect(hash).toMatch(/^[\w-]{43}$/);
      expect(usedAt).toBeNull();
      expect(recoveryCodes.some((code) => hash.includes(code) || hash.includes(code.replaceAll('-', '')))).toBe(false);
    }
  });
});

describe('T3, T5: new recovery codes', () => {
  it('void the old ones, and their owner is told', async () => {
    const { email, id, secret, recoveryCodes, accessToken: token } = await twoFactorUser(gateway);
    const { codes } = expectType(await regenerate(token, appCode(gateway, secret, 1)), 'RecoveryCodes');
    expect(codes).toHaveLength(10);
    expect(codes.filter((code) => recoveryCodes.includes(code))).toEqual([]);
    expectType(await signIn(email, recoveryCodes[0] ?? ''), 'CodeProblem');
    expectType(await signIn(email, codes[0] ?? ''), 'LoginSuccess');
    expect(await mailsTo(email, 'recovery-codes-replaced')).toHaveLength(1);
    const events = "SELECT success, actor_id FROM audit_events WHERE user_id = ? AND type = 'RECOVERY_CODES_REPLACE'";
    expect(await rows(gateway, events, [id])).toEqual([{ success: true, actor_id: id }]);
  });

  it('are given for one of the old ones too', async () => {
    const { recoveryCodes, accessToken } = await twoFactorUser(gateway);
    expectType(await regenerate(accessToken, recoveryCodes[9] ?? ''), 'RecoveryCodes');
  });

  it('need both factors; refused tries are written down, and use up no code', async () => {
    const { id, secret, accessToken: token, recoveryCodes } = await twoFactorUser(gateway);
    const code = appCode(gateway, secret, 1);
    const wrong = expectType(await regenerate(token, code, 'Wrong-Horse-7-Staple'), 'InvalidCredentialsProblem');
    expect(wrong.code).toBe('INVALID_CREDENTIALS');
    expectType(await regenerate(token, recoveryCodes[0] ?? '', ''), 'InvalidCredentialsProblem');
    expectType(await regenerate(token, wrongAppCode(gateway, secret)), 'CodeProblem');
    expectType(await regenerate(token, ''), 'CodeProblem');
    const { data } = await gateway.ask(RegenerateRecoveryCodesDocument, { input: { password: PASSWORD, code } });
    expectType(data.regenerateRecoveryCodes, 'AuthAccessProblem');
    const reasons = await rows(
      gateway,
      "SELECT metadata ->> 'reason' AS reason FROM audit_events WHERE user_id = ? AND NOT success ORDER BY created_at",
      [id],
    );
    expect(reasons.map(({ reason }) => reason)).toEqual([
      'INVALID_CREDENTIALS',
      'INVALID_CREDENTIALS',
      'TWO_FACTOR_CODE_INVALID',
      'TWO_FACTOR_CODE_INVALID',
    ]);
    expectType(await regenerate(token, code), 'RecoveryCodes');
  });

  it('are for accounts with a second factor', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    expectType(await regenerate(accessToken, '123456'), 'AuthConflictProblem');
  });

  it('asked for at once with different codes, one whole set remains', async () => {
    const { id, recoveryCodes, accessToken: token, email } = await twoFactorUser(gateway);
    const answers = await atOnce(3, (index) => regenerate(token, recoveryCodes[index] ?? ''));
    const sets = answers.flatMap((answer) => (answer.__typename === 'RecoveryCodes' ? [answer.codes] : []));
    expect(sets.length).toBeGreaterThan(0);
    expect(await rows(gateway, 'SELECT 1 FROM recovery_codes WHERE user_id = ?', [id])).toHaveLength(10);
    const alive: string[] = [];
    for (const [code = ''] of sets) {
      if ((await signIn(email, code)).__typename === 'LoginSuccess') alive.push(code);
    }
    expect(alive).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });
});

describe('L1: wrong codes count for the account', () => {
  it('over all of its challenges, and a right one starts anew', async () => {
    const { email, secret, recoveryCodes } = await twoFactorUser(gateway);
    for (let round = 0; round < 4; round += 1) {
      expectType(await signIn(email, wrongAppCode(gateway, secret)), 'CodeProblem');
    }
    expectType(await signIn(email, recoveryCodes[0] ?? ''), 'LoginSuccess');
    for (let round = 0; round < 5; round += 1) {
      expectType(await signIn(email, wrongAppCode(gateway, secret)), 'CodeProblem');
    }
    expectType(await signIn(email, appCode(gateway, secret, 1)), 'AccountLockedProblem');
    expect(await mailsTo(email, 'account-locked')).toHaveLength(1);
    gateway.clock.advance(1_801);
    expectType(await signIn(email, appCode(gateway, secret)), 'LoginSuccess');
  }, 30_000);

  it('each kind by itself: a recovery code passes where codes of the app are locked, and opens them again', async () => {
    const { email, id, secret, recoveryCodes } = await twoFactorUser(gateway);
    const wrongSpare = 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF';
    for (let tries = 0; tries < 5; tries += 1) await signIn(email, wrongAppCode(gateway, secret));
    await setTotal(id, 100);
    expectType(await signIn(email, appCode(gateway, secret, 1)), 'AccountLockedProblem');
    for (let tries = 0; tries < 4; tries += 1) expectType(await signIn(email, wrongSpare), 'CodeProblem');
    expectType(await signIn(email, recoveryCodes[0] ?? ''), 'LoginSuccess');
    expectType(await signIn(email, appCode(gateway, secret, 1)), 'LoginSuccess');
    for (let tries = 0; tries < 5; tries += 1) expectType(await signIn(email, wrongSpare), 'CodeProblem');
    expectType(await signIn(email, recoveryCodes[1] ?? ''), 'AccountLockedProblem');
    toNextStep(gateway, 2);
    expectType(await signIn(email, appCode(gateway, secret)), 'LoginSuccess');
    await setTotal(id, 5_000, 'recovery-code');
    gateway.clock.advance(1_801);
    expectType(await signIn(email, recoveryCodes[1] ?? ''), 'LoginSuccess');
  }, 30_000);

  it('O5: in total over resets too; after one, five codes of the app are looked at each day', async () => {
    const { email, id, secret } = await twoFactorUser(gateway);
    const answers = async (tries: number, password: string) => {
      const seen: string[] = [];
      for (let index = 0; index < tries; index += 1) {
        const { challenge } = expectType(await login(gateway, email, password), 'TwoFactorRequired');
        seen.push((await complete(gateway, challenge, wrongAppCode(gateway, secret))).__typename);
      }
      return seen;
    };
    const resetTo = async (password: string) =>
      expectType(await reset(gateway, (await resetMailOf(gateway, email)).token, password), 'PasswordResetSuccess');
    const [first, second] = ['Patient-Otter-1-Lantern', 'Patient-Otter-2-Lantern'] as const;
    const day = [...Array<string>(5).fill('CodeProblem'), 'AccountLockedProblem'];
    expectType(await signIn(email, wrongAppCode(gateway, secret)), 'CodeProblem');
    await setTotal(id, 100);
    gateway.clock.advance(3 * 86_400);
    expect(await answers(1, PASSWORD)).toEqual(['AccountLockedProblem']);
    await resetTo(first);
    expect(await answers(6, first)).toEqual(day);
    await resetTo(second);
    gateway.clock.advance(1_801);
    expect(await answers(1, second)).toEqual(['AccountLockedProblem']);
    gateway.clock.advance(86_400);
    expect(await answers(6, second)).toEqual(day);
    gateway.clock.advance(86_400);
    const { challenge } = expectType(await login(gateway, email, second), 'TwoFactorRequired');
    expectType(await complete(gateway, challenge, appCode(gateway, secret)), 'LoginSuccess');
    expect(await answers(5, second)).toEqual(day.slice(0, 5));
    gateway.clock.advance(1_801);
    expect(await answers(1, second)).toEqual(['CodeProblem']);
  }, 60_000);

  it('until an operator forgets them', async () => {
    const { email, id, secret } = await twoFactorUser(gateway);
    await signIn(email, wrongAppCode(gateway, secret));
    await setTotal(id, 100);
    expectType(await signIn(email, appCode(gateway, secret, 1)), 'AccountLockedProblem');
    await unlockUser(commandContext(gateway), OPERATOR, { email });
    expectType(await signIn(email, appCode(gateway, secret, 1)), 'LoginSuccess');
  });

  it('not for who switches the factor on: a hundred wrong first codes shut nobody out of it', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken: token } = await loggedIn(gateway, email);
    const secret = await enrolled(gateway, token);
    const confirm = async (code: string) =>
      (await gateway.ask(ConfirmTotpDocument, { input: { code } }, { token })).data.confirmTotp;
    expectType(await confirm(wrongAppCode(gateway, secret)), 'CodeProblem');
    await setTotal(id, 100, 'enrolment');
    expectType(await confirm(appCode(gateway, secret)), 'RecoveryCodes');
  });

  it('fifty at once leave no more than five that are looked at', async () => {
    const local = await testGateway();
    const { email, secret, id } = await twoFactorUser(local);
    const challenges: string[] = [];
    for (let index = 0; index < 50; index += 1) challenges.push(await challengeOf(local, email));
    const wrong = wrongAppCode(local, secret);
    const answers = await atOnce(50, (index) => complete(local, challenges[index] ?? '', wrong));
    expect(answers.filter(({ __typename }) => __typename === 'CodeProblem')).toHaveLength(5);
    expect(answers.filter(({ __typename }) => __typename === 'AccountLockedProblem')).toHaveLength(45);
    expect(await rows(local, 'SELECT 1 FROM totp_credentials WHERE user_id = ?', [id])).toHaveLength(1);
  }, 60_000);

  it('of both kinds at once, each kind has no more tries than it has alone, nor in total', async () => {
    const { email, id, secret } = await twoFactorUser(gateway);
    await signIn(email, wrongAppCode(gateway, secret));
    await setTotal(id, 98);
    const challenges: string[] = [];
    for (let index = 0; index < 20; index += 1) challenges.push(await challengeOf(gateway, email));
    const codes = [wrongAppCode(gateway, secret), 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF'] as const;
    const answers = await atOnce(20, (index) =>
      complete(index % 4 < 2 ? gateway : replica, challenges[index] ?? '', codes[index % 2] ?? ''),
    );
    const looked = (kind: number) =>
      answers.filter(({ __typename }, index) => index % 2 === kind && __typename === 'CodeProblem').length;
    expect([looked(0), looked(1)]).toEqual([2, 5]);
    expect(await rows(gateway, 'SELECT total FROM login_failures WHERE key = ?', [keyOf(id)])).toEqual([
      { total: 100 },
    ]);
  }, 60_000);
});

describe('G10: hostile text', () => {
  const hostile = [
    '\u0000',
    '123\u0000456',
    '\uD800',
    '12\u202E3456',
    "' OR 1=1--",
    '%s%n',
    '１２３４５６',
    '-1',
    'x'.repeat(100_000),
  ];

  it.each(hostile.map((text) => [text.slice(0, 12), text] as const))(
    '%j is refused without a fault',
    async (_shown, text) => {
      const { accessToken: token } = await twoFactorUser(gateway);
      const answers = [
        await gateway.ask(RegenerateRecoveryCodesDocument, { input: { password: PASSWORD, code: text } }, { token }),
        await gateway.ask(RegenerateRecoveryCodesDocument, { input: { password: text, code: '123456' } }, { token }),
      ];
      for (const { status, data, errors } of answers) {
        expect(status).toBeLessThan(500);
        expect(errors).toEqual([]);
        expect(['AuthInputProblem', 'CodeProblem', 'InvalidCredentialsProblem']).toContain(
          data.regenerateRecoveryCodes.__typename,
        );
      }
      expect(faults(gateway)).toEqual([]);
    },
  );
});
