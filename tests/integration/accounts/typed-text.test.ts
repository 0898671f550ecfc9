import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LoginDocument,
  type LoginInput,
  SignupDocument,
  UpdateProfileDocument,
  VerifyEmailDocument,
} from '../../generated/operations.js';
import { accountOf, faults, mailedTo, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { signedInUser } from '../../support/email-change.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';
import { appCode, challengeOf, complete, toNextStep, twoFactorUser, wrongAppCode } from '../../support/totp.js';
import { SEEN_NAMES, UNSEEN_NAMES } from '../../support/visible-names.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(async () => {
  await gateway.close();
});

const fullWidth = (digits: string) => digits.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
/** What stands before and behind a text that was copied from somewhere. */
const PASTED = [
  ['', '\n'],
  ['\t', '\r\n'],
  ['\u2068', '\u2069'],
  ['\u202A\u200B', '\u00AD\u202C\uFEFF'],
  [' '.repeat(254), '\u00A0'.repeat(254)],
] as const;
const login = async (identifier: string, input: Partial<LoginInput> = {}) =>
  (
    await gateway.ask(LoginDocument, {
      input: { identifier, password: PASSWORD, rememberMe: false, tokenDelivery: 'BODY', ...input },
    })
  ).data.login;

describe('an address', () => {
  it('of a Unicode domain is the account of its ASCII form, however it is typed', async () => {
    const local = `user-${randomBytes(5).toString('hex')}`;
    const email = `${local}@xn--bcher-kva.example`;
    const { data } = await gateway.ask(SignupDocument, {
      input: { email: `${local}@Bücher.example`, password: PASSWORD },
    });
    expect(expectType(data.signup, 'SignupAccepted').email).toBe(email);
    const { code } = await mailedTo(gateway, email);
    const verified = await gateway.ask(VerifyEmailDocument, { input: { email: `${local}@bücher.example`, code } });
    expectType(verified.data.verifyEmail, 'EmailVerified');
    for (const typed of [email, `${local}@bücher.example`, ` ${local.toUpperCase()}@BÜCHER.example`]) {
      expectType(await login(typed), 'LoginSuccess');
    }
  });

  it('is taken as it was pasted, with what is around it', async () => {
    const email = newEmail();
    for (const [before, after] of PASTED) {
      const input = { email: `${before}${email}${after}`, password: PASSWORD };
      const { data } = await gateway.ask(SignupDocument, { input });
      expect(expectType(data.signup, 'SignupAccepted').email).toBe(email);
    }
    const username = `kim-${randomBytes(5).toString('hex')}`;
    const user = await quickUser(gateway, { username });
    for (const [before, after] of PASTED) expectType(await login(`${before}${user.email}${after}`), 'LoginSuccess');
    expectType(await login(`\t${username}\r\n`), 'LoginSuccess');
  });

  it('with a control character, or longer than any, is refused still', async () => {
    for (const [identifier, rule] of [
      ['a\n@example.com', 'characters'],
      ['\u0000a@example.com', 'characters'],
      ['x'.repeat(255), 'too_long'],
      [' \u200B\n', 'required'],
    ] as const) {
      const { fields } = expectType(await login(identifier), 'AuthInputProblem');
      expect(fields, identifier).toMatchObject([{ path: ['input', 'identifier'], rule }]);
    }
  });

  it.each([
    [`${'a'.repeat(65)}@example.com`, 'too_long'],
    [`a@${'b'.repeat(64)}.example`, 'email'],
    ['a@foo-.example.com', 'email'],
    ['jörg@example.com', 'local_part_ascii'],
  ])('that no mail can be sent to is refused: %s', async (email, rule) => {
    const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    expect(expectType(data.signup, 'AuthInputProblem').fields).toMatchObject([{ path: ['input', 'email'], rule }]);
  });

  it('or name with a look-alike letter signs nobody in', async () => {
    const email = `kate-${randomBytes(5).toString('hex')}@example.com`;
    const username = `kim-${randomBytes(5).toString('hex')}`;
    await quickUser(gateway, { email, username });
    for (const typed of [email, username]) {
      expectType(await login(typed.replace('k', '\u212A')), 'InvalidCredentialsProblem');
      expectType(await login(typed.replace('k', 'K')), 'LoginSuccess');
    }
  });
});

describe('a code', () => {
  it.each([
    (code: string) => `    ${code}\n`,
    (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`,
    (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`,
    (code: string) => `\u00A0${code.slice(0, 3)}\u202F${code.slice(3)}\u200B`,
    fullWidth,
  ])('that was mailed is known with blanks, dashes and digits of another keyboard (%#)', async (typed) => {
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    const verified = await gateway.ask(VerifyEmailDocument, { input: { email, code: typed(code) } });
    expectType(verified.data.verifyEmail, 'EmailVerified');
  });

  it('of the second factor too, and only a wrong one counts as wrong', async () => {
    const { email, secret, recoveryCodes } = await twoFactorUser(gateway);
    const attempt = async (code: string) => await complete(gateway, await challengeOf(gateway, email), code);
    const failures = async () =>
      await rows(gateway, 'SELECT sum(failures) AS failures, sum(total) AS total FROM login_failures');
    const before = await failures();
    toNextStep(gateway, 2);
    const code = appCode(gateway, secret);
    expectType(await attempt(fullWidth(`${code.slice(0, 3)}–${code.slice(3)}`)), 'LoginSuccess');
    const [first = ''] = recoveryCodes;
    const wide = [...first].map((sign) => (sign === '-' ? ' – ' : String.fromCodePoint(sign.charCodeAt(0) + 0xfee0)));
    expectType(await attempt(wide.join('')), 'LoginSuccess');
    expect(await failures()).toEqual(before);
    expectType(await attempt(fullWidth(wrongAppCode(gateway, secret))), 'CodeProblem');
    expect(await failures()).not.toEqual(before);
  });
});

describe('what describes a device', () => {
  it.each([
    [
      { timezone: 'Etc/Unknown', locale: 'de_DE' },
      { timezone: null, locale: 'de-DE' },
    ],
    [
      { timezone: 'Europe/Vienna', locale: 'en-US@posix' },
      { timezone: 'Europe/Vienna', locale: 'en-US' },
    ],
    [
      { timezone: 'x'.repeat(5_000), locale: 'C' },
      { timezone: null, locale: null },
    ],
  ])('never stops a sign-up: %j', async (hints, kept) => {
    const { email } = await signedUp(gateway, hints);
    expect(await accountOf(gateway, email)).toMatchObject(kept);
  });

  it.each([
    ['\u2068Robin’s phone\u2069', 'Robin’s phone'],
    ['x'.repeat(500), 'x'.repeat(100)],
    ['Desk\u0000 at\nhome ', 'Desk at home'],
    ['\u200B', null],
    ['\uD83D', null],
  ])('never stops a sign-in: %j', async (deviceName, kept) => {
    const { email } = await quickUser(gateway);
    const { session } = expectType(await login(email, { deviceName, deviceToken: 'x'.repeat(500) }), 'LoginSuccess');
    expect(session.deviceName ?? null).toBe(kept);
    expect(faults(gateway)).toEqual([]);
  });
});

describe('a name', () => {
  it('is kept without the blanks around it', async () => {
    const { email } = await signedUp(gateway, { displayName: '\u00A0 Robin \u200B\n' });
    expect((await accountOf(gateway, email))?.displayName).toBe('Robin');
  });

  it('is kept without the fillers around it, and refused with direction marks', async () => {
    const { accessToken: token, email } = await signedInUser(gateway);
    const update = async (displayName: string) =>
      (await gateway.ask(UpdateProfileDocument, { input: { displayName } }, { token })).data.updateProfile;
    expectType(await update('\u3164\u115FAda\u00AD'), 'ProfileUpdated');
    expect((await accountOf(gateway, email))?.displayName).toBe('Ada');
    for (const typed of ['A\u202Eda', '\u2068Ada\u2069', '\u202Eevil']) {
      const { fields } = expectType(await update(typed), 'AuthInputProblem');
      expect(fields).toMatchObject([{ path: ['input', 'displayName'], rule: 'characters' }]);
    }
  });

  it('nobody can see is blank', async () => {
    for (const displayName of UNSEEN_NAMES) {
      const input = { email: newEmail(), password: PASSWORD, displayName };
      const { data } = await gateway.ask(SignupDocument, { input });
      const { fields } = expectType(data.signup, 'AuthInputProblem');
      expect(fields, displayName).toMatchObject([{ path: ['input', 'displayName'], rule: 'blank' }]);
    }
  });

  it('of any script is kept as it is', async () => {
    const { accessToken: token, email } = await signedInUser(gateway);
    for (const displayName of SEEN_NAMES) {
      const { data } = await gateway.ask(UpdateProfileDocument, { input: { displayName } }, { token });
      expectType(data.updateProfile, 'ProfileUpdated');
      expect((await accountOf(gateway, email))?.displayName).toBe(displayName);
    }
  });
});
