import { hash as fastHash } from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD_HASH_COST } from '../../../src/services/passwords/hasher.js';
import { LoginDocument, SignupDocument } from '../../generated/operations.js';
import { accountOf, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { COMMON_PASSWORDS, GOOD_PASSWORDS } from '../../support/password-tables.js';
import { change, login as loginWith, reset, ticketOf } from '../../support/passwords.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const signup = async (password: string, others: { email?: string; username?: string; displayName?: string } = {}) =>
  (await gateway.ask(SignupDocument, { input: { email: newEmail(), password, ...others } })).data.signup;
const login = async (identifier: string, password: string, on = gateway) =>
  (await on.ask(LoginDocument, { input: { identifier, password } })).data.login;
const rulesOf = async (password: string, others = {}) =>
  expectType(await signup(password, others), 'PasswordRejectedProblem').rules;

describe('P1: a refused password names every rule that it failed', () => {
  it.each([
    ['', ['TOO_SHORT', 'NEEDS_UPPERCASE', 'NEEDS_LOWERCASE', 'NEEDS_DIGIT', 'NEEDS_SYMBOL']],
    ['abc', ['TOO_SHORT', 'NEEDS_UPPERCASE', 'NEEDS_DIGIT', 'NEEDS_SYMBOL']],
    ['Xy7!', ['TOO_SHORT']],
    ['longenoughbutplain', ['NEEDS_UPPERCASE', 'NEEDS_DIGIT', 'NEEDS_SYMBOL']],
    ['UPPER-CASE-9-ONLY', ['NEEDS_LOWERCASE']],
    ['No-Digits-In-This', ['NEEDS_DIGIT']],
    ['NoSymbols4InThis', ['NEEDS_SYMBOL']],
    ['password', ['NEEDS_UPPERCASE', 'NEEDS_DIGIT', 'NEEDS_SYMBOL', 'TOO_COMMON']],
  ])('%j', async (password, rules) => {
    expect([...(await rulesOf(password))].sort()).toEqual([...rules].sort());
  });

  it('one that is made of the account or of the product', async () => {
    const email = `rosalind-${Date.now()}@example.com`;
    expect(await rulesOf('Rosalind-7!', { email })).toContain('RESEMBLES_ACCOUNT');
    expect(await rulesOf('Thornbury.7', { displayName: 'Thornbury' })).toEqual(['RESEMBLES_ACCOUNT']);
    expect(await rulesOf('7!Gatehouse')).toContain('RESEMBLES_ACCOUNT');
  });

  it('one of the common passwords, whatever its case', async () => {
    expect(await rulesOf('P@ssw0rd')).toContain('TOO_COMMON');
    expect(await rulesOf('pASSWORD1!')).toContain('TOO_COMMON');
  });

  it('C12: common ones at sign-up, at a change and at a reset; good ones are taken', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const ticket = await ticketOf(gateway, email);
    const isRefused = (result: { __typename: string } | null | undefined) =>
      expectType(
        result as { __typename: 'PasswordRejectedProblem'; rules: string[] },
        'PasswordRejectedProblem',
      ).rules.some((rule) => /^TOO_(COMMON|WEAK)$/.test(rule));
    const refused = await Promise.all(COMMON_PASSWORDS.map(async (password) => isRefused(await signup(password))));
    expect(COMMON_PASSWORDS.filter((_, index) => !refused[index])).toEqual([]);
    for (const password of COMMON_PASSWORDS.filter((_, index) => index < 3 || index % 20 === 0)) {
      const results = [await change(gateway, accessToken, { next: password }), await reset(gateway, ticket, password)];
      expect([password, ...results.map(isRefused)]).toEqual([password, true, true]);
    }
    const taken: (string | undefined)[] = [];
    // A few at a time: a slow machine hashes no more before others are told to come again.
    for (let start = 0; start < GOOD_PASSWORDS.length; start += 8) {
      const some = GOOD_PASSWORDS.slice(start, start + 8);
      taken.push(...(await Promise.all(some.map(async (password) => (await signup(password))?.__typename))));
    }
    expect(GOOD_PASSWORDS.filter((_, index) => taken[index] !== 'SignupAccepted')).toEqual([]);
    const [first = '', last = ''] = [GOOD_PASSWORDS[1], GOOD_PASSWORDS.at(-1)];
    expectType(await reset(gateway, ticket, first), 'PasswordResetSuccess');
    const { tokens } = expectType(await loginWith(gateway, email, first), 'LoginSuccess');
    const changed = await change(gateway, tokens.accessToken, { current: first, next: last });
    expectType(changed, 'PasswordChanged');
  });

  it('nothing is stored and nothing of it is shown or logged', async () => {
    const email = newEmail();
    const answer = await gateway.ask(SignupDocument, { input: { email, password: 'canary' } });
    expect(answer.body).not.toContain('canary');
    expect(gateway.logLines.join('')).not.toContain('canary');
    expect(await accountOf(gateway, email)).toBeNull();
  });
});

describe('P3: long passwords count as a whole', () => {
  it('64 code points and more are taken, in Unicode too', async () => {
    for (const password of [`Aa1!${'x'.repeat(60)}`, `Aa1!${'語'.repeat(100)}`, `Aa1!${'😀'.repeat(252)}`]) {
      const { email } = await quickUser(gateway, { password });
      expectType(await login(email, password), 'LoginSuccess');
    }
  });

  it('too long is told before anything is hashed', async () => {
    expect(await rulesOf(`Aa1!${'x'.repeat(253)}`)).toEqual(['TOO_LONG']);
    const { email } = await quickUser(gateway);
    const refused = expectType(await login(email, 'x'.repeat(2_000)), 'AuthInputProblem');
    expect(refused.fields).toMatchObject([{ path: ['input', 'password'], rule: 'too_long' }]);
  });

  it('a megabyte is refused at the door', async () => {
    const started = performance.now();
    const input = { email: newEmail(), password: 'x'.repeat(1_000_000) };
    expect((await gateway.ask(SignupDocument, { input })).status).toBe(413);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('nothing is cut at 72 bytes', async () => {
    const start = `Aa1!${'x'.repeat(80)}`;
    const { email } = await quickUser(gateway, { password: `${start}-one` });
    expectType(await login(email, `${start}-two`), 'InvalidCredentialsProblem');
    expectType(await login(email, start), 'InvalidCredentialsProblem');
    expectType(await login(email, `${start}-one`), 'LoginSuccess');
  });

  it('nothing is cut at a NUL', async () => {
    const { email } = await quickUser(gateway, { password: `${PASSWORD}\u0000one` });
    expectType(await login(email, `${PASSWORD}\u0000two`), 'InvalidCredentialsProblem');
    expectType(await login(email, `${PASSWORD}\u0000one`), 'LoginSuccess');
  });
});

describe('P4: passwords are compared as NFC and nothing else is done to them', () => {
  it('composed and decomposed letters are the same', async () => {
    const { email } = await quickUser(gateway, { password: 'Caf\u00E9-House-7' });
    expectType(await login(email, 'Cafe\u0301-House-7'), 'LoginSuccess');
  });

  it('compatible letters, case and outer blanks are not', async () => {
    const { email } = await quickUser(gateway, { password: ' \uFB01rst-House-7 ' });
    for (const other of [' first-House-7 ', '\uFB01rst-House-7', ' \uFB01rst-house-7 ']) {
      expectType(await login(email, other), 'InvalidCredentialsProblem');
    }
    expectType(await login(email, ' \uFB01rst-House-7 '), 'LoginSuccess');
  });
});

describe('P5: how passwords are stored', () => {
  it('as argon2id with the full cost and a salt of its own', async () => {
    const full = await testGateway({ hashCost: PASSWORD_HASH_COST });
    const hashes = [];
    for (const { email } of [await quickUser(full), await quickUser(full)]) {
      hashes.push((await accountOf(full, email))?.passwordHash);
    }
    for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('a weaker hash is renewed by the login that proves it, and by no other', async () => {
    const { email } = await quickUser(gateway);
    const weak = await fastHash(PASSWORD, { memoryCost: 256, timeCost: 1, parallelism: 1 });
    await rows(gateway, 'UPDATE users SET password_hash = ? WHERE email = ?', [weak, email]);
    expectType(await login(email, 'Wrong-Horse-7-Staple'), 'InvalidCredentialsProblem');
    expect((await accountOf(gateway, email))?.passwordHash).toBe(weak);
    expectType(await login(email, PASSWORD), 'LoginSuccess');
    const renewed = (await accountOf(gateway, email))?.passwordHash;
    expect(renewed).toMatch(/m=1024,t=1,p=1/);
    expectType(await login(email, PASSWORD), 'LoginSuccess');
    expect((await accountOf(gateway, email))?.passwordHash).toBe(renewed);
    expect(faults(gateway)).toEqual([]);
  });
});
