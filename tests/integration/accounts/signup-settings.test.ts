import { describe, expect, it } from 'vitest';
import { AuthConfigDocument, CsrfTokenDocument, SignupDocument, type SignupInput } from '../../generated/operations.js';
import { accountOf, faults, rows, signedUp } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

const signup = async (gateway: TestGateway, input: Partial<SignupInput> = {}) => {
  const answer = await gateway.ask(SignupDocument, { input: { password: PASSWORD, email: newEmail(), ...input } });
  return answer.data.signup;
};

describe('what the operator asks of a sign-up', () => {
  it('a username and accepted terms', async () => {
    const gateway = await testGateway({ env: { USERNAME_REQUIRED: 'true', TERMS_REQUIRED: 'true' } });
    const nameless = expectType(await signup(gateway, { termsAccepted: true }), 'AuthInputProblem');
    expect(nameless.fields).toMatchObject([{ path: ['input', 'username'], rule: 'required' }]);
    const nulled = expectType(await signup(gateway, { username: null, termsAccepted: true }), 'AuthInputProblem');
    expect(nulled.fields).toEqual(nameless.fields);
    const refusing = expectType(await signup(gateway, { username: 'somebody' }), 'AuthInputProblem');
    expect(refusing.fields).toMatchObject([{ path: ['input', 'termsAccepted'], rule: 'required' }]);
    expectType(await signup(gateway, { username: 'somebody', termsAccepted: true }), 'SignupAccepted');
  });

  it('SIGNUP_REVEALS_ACCOUNTS tells of a taken address, and mails nobody', async () => {
    const gateway = await testGateway({ env: { SIGNUP_REVEALS_ACCOUNTS: 'true' } });
    const { email } = await signedUp(gateway);
    expect(expectType(await signup(gateway, { email }), 'IdentifierTakenProblem').code).toBe('EMAIL_TAKEN');
    expect(await rows(gateway, 'SELECT mail FROM outbox_messages')).toEqual([{ mail: 'verify-email' }]);
  });

  it('the nist policy asks for length alone', async () => {
    const gateway = await testGateway({ env: { PASSWORD_POLICY: 'nist' } });
    const short = expectType(await signup(gateway, { password: 'lowercase only' }), 'PasswordRejectedProblem');
    expect(short.rules).toEqual(['TOO_SHORT']);
    expectType(await signup(gateway, { password: 'lowercase words only' }), 'SignupAccepted');
    const common = expectType(await signup(gateway, { password: 'password' }), 'PasswordRejectedProblem');
    expect(common.rules).toContain('TOO_COMMON');
  });
});

describe('authConfig tells the rules that hold', () => {
  it('by default', async () => {
    const gateway = await testGateway();
    const { data } = await gateway.ask(AuthConfigDocument, {});
    expect(data.authConfig).toMatchObject({
      passwordMinLength: 8,
      codeLength: 6,
      signupRoles: ['user'],
      usernameRequired: false,
      termsRequired: false,
      locales: ['en', 'de'],
    });
    expect(data.authConfig.passwordRules).toContain('NEEDS_SYMBOL');
    expect(data.authConfig.passwordMaxLength).toBeGreaterThanOrEqual(64);
  });

  it('as they are set', async () => {
    const env = {
      PASSWORD_POLICY: 'nist',
      PASSWORD_MIN_LENGTH: '20',
      SIGNUP_ROLES: 'buyer,seller',
      USERNAME_REQUIRED: 'true',
      TERMS_REQUIRED: 'true',
    };
    const gateway = await testGateway({ env });
    const { data } = await gateway.ask(AuthConfigDocument, {});
    expect(data.authConfig).toMatchObject({
      passwordMinLength: 20,
      signupRoles: ['buyer', 'seller'],
      usernameRequired: true,
      termsRequired: true,
    });
    expect(data.authConfig.passwordRules).not.toContain('NEEDS_SYMBOL');
    expect(
      (
        await accountOf(
          gateway,
          (
            await signedUp(gateway, { username: 'x-1', termsAccepted: true, password: 'twenty letters and more' })
          ).email,
        )
      )?.role,
    ).toBe('buyer');
  });

  it('csrfToken differs each time', async () => {
    const gateway = await testGateway();
    const tokens = await Promise.all(
      [1, 2, 3].map(async () => (await gateway.ask(CsrfTokenDocument, {})).data.csrfToken),
    );
    expect(new Set(tokens).size).toBe(3);
  });
});

describe('G10: hostile text in a sign-up is refused or kept unchanged', () => {
  const hostile = [
    'a\u0000b',
    'line\nbreak',
    '\u202Eevil',
    "'; DROP TABLE users; --",
    '<script>alert(1)</script>',
    '%s%n%x',
    '{{7*7}}',
    'x'.repeat(5_000),
    '\uD800',
    '\uFFFF',
    '😀'.repeat(60),
    '__proto__',
  ];

  it('in every argument', async () => {
    const gateway = await testGateway();
    for (const text of hostile) {
      for (const field of ['email', 'username', 'displayName', 'role', 'locale', 'timezone'] as const) {
        const email = newEmail();
        const input = { email, password: PASSWORD, [field]: text };
        const answer = await gateway.ask(SignupDocument, { input });
        expect([answer.status, field, text, answer.data.signup.__typename]).toEqual([
          200,
          field,
          text,
          expect.stringMatching(/^(AuthInputProblem|SignupAccepted)$/),
        ]);
        const account = await accountOf(gateway, email);
        if (account !== null && field === 'displayName') expect(account.displayName).toBe(text);
      }
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('in a password, which may hold every character', async () => {
    const gateway = await testGateway();
    for (const text of ['\u0000', '\u202E', '\uFFFF', '😀']) {
      await signedUp(gateway, { password: `${PASSWORD}${text}` });
    }
    expect(faults(gateway)).toEqual([]);
  });
});
