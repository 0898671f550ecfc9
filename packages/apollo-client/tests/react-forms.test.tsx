// @vitest-environment happy-dom
import { ServerError, ServerParseError } from '@apollo/client';
import { act, type ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import { LoginDocument, SignupDocument, UpdateProfileDocument } from '../src/operations/index.js';
import { AuthProvider, useAuthMutation, useCountdown, useReauthenticate, useSignIn } from '../src/react/index.js';
import { AuthTroubleError } from '../src/trouble.js';
import { fakeBrowser } from './support/browser.js';
import { during } from './support/during.js';
import { render } from './support/render.js';
import { ADA, gatewayOf, openTab, type Tab } from './support/tab.js';

/** Renders a hook inside of a tab, and returns what it returned last. */
async function hookIn<T>(tab: Tab, useHook: () => T): Promise<{ now(): T }> {
  let latest: T | undefined;
  function Probe(): ReactNode {
    latest = useHook();
    return null;
  }
  await render(
    <AuthProvider session={tab.session} client={tab.client}>
      <Probe />
    </AuthProvider>,
  );
  await act(() => during(tab.session.restore()));
  return { now: () => latest as T };
}

const settle = (start: () => Promise<unknown>) => act(() => during(start()));

const pass = (milliseconds: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(milliseconds);
  });

test('a sign-in with a password', async () => {
  fakeBrowser();
  const tab = openTab(gatewayOf());
  const signIn = await hookIn(tab, useSignIn);
  await settle(() => signIn.now().submit({ identifier: ADA.email, password: 'wrong' }));
  expect(signIn.now()).toMatchObject({ step: 'password', problem: { code: 'INVALID_CREDENTIALS' }, busy: false });
  await settle(() => signIn.now().submit({ identifier: ADA.email, password: ADA.password }));
  expect(signIn.now()).not.toHaveProperty('problem');
  expect(tab.session.getState()).toMatchObject({ status: 'signedIn', claims: { sub: 'user-1' } });
});

test('a sign-in with a second factor, and back', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  gateway.addAccount({ email: 'eve@example.com', password: 'p', hasSecondFactor: true });
  const tab = openTab(gateway);
  const signIn = await hookIn(tab, useSignIn);
  await settle(() => signIn.now().submit({ identifier: 'eve@example.com', password: 'p' }));
  expect(signIn.now()).toMatchObject({ step: 'second-factor', methods: ['TOTP', 'RECOVERY_CODE'] });
  await settle(() => signIn.now().submit({ code: '000000' }));
  expect(signIn.now()).toMatchObject({ step: 'second-factor', problem: { code: 'TWO_FACTOR_CODE_INVALID' } });
  await act(async () => signIn.now().back());
  expect(signIn.now()).toMatchObject({ step: 'password' });
  expect(signIn.now()).not.toHaveProperty('problem');
  await settle(() => signIn.now().submit({ identifier: 'eve@example.com', password: 'p' }));
  await settle(() => signIn.now().submit({ code: gateway.code }));
  expect(tab.session.getState()).toMatchObject({ status: 'signedIn', claims: { amr: ['pwd', 'otp', 'mfa'] } });
});

test('back drops the answer that is still to come', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  gateway.addAccount({ email: 'eve@example.com', password: 'p', hasSecondFactor: true });
  const tab = openTab(gateway);
  const signIn = await hookIn(tab, useSignIn);
  for (const password of ['p', 'wrong']) {
    gateway.latencyMs = 500;
    const late = { submitted: Promise.resolve() };
    await act(async () => {
      late.submitted = signIn.now().submit({ identifier: 'eve@example.com', password });
    });
    expect(signIn.now().busy).toBe(true);
    await act(async () => signIn.now().back());
    expect(signIn.now().busy).toBe(false);
    await settle(() => late.submitted);
    expect(signIn.now()).toMatchObject({ step: 'password', busy: false });
    expect(signIn.now()).not.toHaveProperty('problem');
  }
  gateway.latencyMs = 0;
  await settle(() => signIn.now().submit({ identifier: 'eve@example.com', password: 'p' }));
  expect(signIn.now()).toMatchObject({ step: 'second-factor', busy: false });
});

test('a sign-in to an address that is not verified goes on to the session', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  gateway.addAccount({ email: 'eve@example.com', password: 'p', isVerified: false });
  const tab = openTab(gateway);
  const signIn = await hookIn(tab, useSignIn);
  await settle(() => signIn.now().submit({ identifier: 'eve@example.com', password: 'p' }));
  expect(signIn.now()).toMatchObject({ step: 'verify-address', problem: { code: 'EMAIL_NOT_VERIFIED' } });
  await settle(() => signIn.now().submit({ code: gateway.code }));
  expect(tab.session.getState().status).toBe('signedIn');
});

test('the time until another code can be sent does not hold back the code', async () => {
  fakeBrowser();
  const resendAvailableAt = () => new Date(Date.now() + 60_000).toISOString();
  const limited = {
    __typename: 'AuthRateLimitProblem',
    code: 'RATE_LIMITED',
    message: 'Later',
    retryAfterSeconds: 900,
  };
  const gateway = gatewayOf({
    fields: {
      login: () => ({
        __typename: 'EmailNotVerifiedProblem',
        code: 'EMAIL_NOT_VERIFIED',
        message: 'Not verified',
        resendAvailableAt: resendAvailableAt(),
      }),
      verifyEmail: () => ({ __typename: 'CodeProblem', code: 'CODE_INVALID', message: 'Wrong', attemptsLeft: 4 }),
      resendVerification: () => limited,
    },
  });
  const signIn = await hookIn(openTab(gateway), useSignIn);
  await settle(() => signIn.now().submit({ identifier: ADA.email, password: ADA.password }));
  expect(signIn.now()).toMatchObject({ step: 'verify-address', secondsLeft: 0 });
  await settle(() => signIn.now().submit({ code: '000000' }));
  expect(signIn.now()).toMatchObject({ problem: { code: 'CODE_INVALID' }, secondsLeft: 0 });
  expect(signIn.now().resendSecondsLeft).toBeGreaterThan(30);
  await pass(60_000);
  expect(signIn.now().resendSecondsLeft).toBe(0);
  await settle(() => signIn.now().resend());
  expect(signIn.now()).toMatchObject({ problem: { code: 'RATE_LIMITED' }, secondsLeft: 0 });
  expect(signIn.now().resendSecondsLeft).toBeGreaterThan(800);
});

test('a sign-in that requires a new password signs in with it', async () => {
  fakeBrowser();
  const inputs: unknown[] = [];
  const rejected = {
    __typename: 'PasswordRejectedProblem',
    code: 'PASSWORD_REJECTED',
    message: 'Too short',
    rules: [],
  };
  const results = [rejected, { __typename: 'PasswordResetSuccess', endedSessions: 0 }];
  const gateway = gatewayOf({
    fields: {
      login: ({ input }) => {
        inputs.push(input);
        const isNew = (input as { password: string }).password === 'new password';
        return isNew
          ? { __typename: 'InvalidCredentialsProblem', code: 'INVALID_CREDENTIALS', message: 'For this test' }
          : { __typename: 'PasswordChangeRequired', resetToken: 'ticket' };
      },
      resetPassword: ({ input }) => {
        inputs.push(input);
        return results.shift();
      },
    },
  });
  const signIn = await hookIn(openTab(gateway), useSignIn);
  await settle(() => signIn.now().submit({ identifier: ADA.email, password: 'old', rememberMe: 'on' }));
  expect(signIn.now().step).toBe('new-password');
  await settle(() => signIn.now().submit({ newPassword: 'new' }));
  expect(signIn.now()).toMatchObject({ step: 'new-password', fields: { newPassword: 'Too short' } });
  await settle(() => signIn.now().submit({ newPassword: 'new password' }));
  expect(inputs).toEqual([
    { identifier: ADA.email, password: 'old', rememberMe: true },
    { resetToken: 'ticket', newPassword: 'new' },
    { resetToken: 'ticket', newPassword: 'new password' },
    { identifier: ADA.email, password: 'new password', rememberMe: true },
  ]);
});

test('a sign-in while the gateway cannot be asked shows trouble and keeps the step', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  const tab = openTab(gateway);
  const signIn = await hookIn(tab, useSignIn);
  gateway.failure = 'offline';
  await settle(() => signIn.now().submit({ identifier: ADA.email, password: ADA.password }));
  expect(signIn.now()).toMatchObject({ step: 'password', busy: false, trouble: { code: 'NETWORK' } });
});

test('a mutation shows its member, its fields and the seconds until it can be tried again', async () => {
  fakeBrowser();
  const gateway = gatewayOf({
    fields: {
      signup: () => ({
        __typename: 'AuthInputProblem',
        code: 'INPUT_INVALID',
        message: 'Rejected',
        fields: [{ path: ['input', 'email'], message: 'Not an address', rule: 'email' }],
      }),
      login: () => ({
        __typename: 'AuthRateLimitProblem',
        code: 'RATE_LIMITED',
        message: 'Later',
        retryAfterSeconds: 30,
        limit: 5,
      }),
    },
  });
  const tab = openTab(gateway);
  const signup = await hookIn(tab, () => useAuthMutation(SignupDocument));
  await settle(() => signup.now()[0]({ input: { email: 'x', password: 'p' } }));
  expect(signup.now()[1]).toMatchObject({ fields: { email: 'Not an address' }, secondsLeft: 0, busy: false });
  const login = await hookIn(tab, () => useAuthMutation(LoginDocument));
  await settle(() => login.now()[0]({ input: { identifier: 'x', password: 'p' } }));
  expect(login.now()[1].secondsLeft).toBe(25);
  await pass(25_000);
  expect(login.now()[1].secondsLeft).toBe(0);
});

test('a mutation throws and shows trouble', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  const tab = openTab(gateway);
  const login = await hookIn(tab, () => useAuthMutation(LoginDocument));
  gateway.failure = 'offline';
  const run = () => login.now()[0]({ input: { identifier: 'x', password: 'p' } });
  let failure: unknown;
  await settle(() => run().catch((error) => (failure = error)));
  expect(failure).toBeInstanceOf(AuthTroubleError);
  expect(login.now()[1]).toMatchObject({ busy: false, trouble: { code: 'NETWORK' } });
});

test('an operation that requires a recent sign-in waits for the dialog, and is repeated once', async () => {
  fakeBrowser();
  let isRecent = false;
  const gateway = gatewayOf({
    fields: {
      updateProfile: (_args, account) =>
        isRecent
          ? { __typename: 'ProfileUpdated', user: { __typename: 'User', id: account?.id } }
          : { __typename: 'AuthAccessProblem', code: 'REAUTHENTICATION_REQUIRED', message: 'Verify again' },
    },
  });
  const tab = openTab(gateway);
  await during(tab.login(ADA));
  const dialog = await hookIn(tab, useReauthenticate);
  const run = () =>
    tab.client.mutate({ mutation: UpdateProfileDocument, variables: { input: { displayName: 'Ada' } } });
  let first: ReturnType<typeof run> | undefined;
  await act(async () => {
    first = run();
    await vi.advanceTimersByTimeAsync(100);
  });
  expect(dialog.now().pending).toBe(true);
  await settle(() => dialog.now().submit({ password: 'wrong' }));
  expect(dialog.now()).toMatchObject({ pending: true, problem: { code: 'INVALID_CREDENTIALS' } });
  isRecent = true;
  await settle(() => dialog.now().submit({ password: ADA.password }));
  expect((await first)?.data?.updateProfile.__typename).toBe('ProfileUpdated');
  expect(dialog.now()).toMatchObject({ pending: false });
  isRecent = false;
  let second: ReturnType<typeof run> | undefined;
  await act(async () => {
    second = run();
    await vi.advanceTimersByTimeAsync(100);
  });
  await act(async () => dialog.now().cancel());
  expect((await second)?.data?.updateProfile).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
});

test('a countdown ends at 0 without a timer', async () => {
  fakeBrowser();
  const tab = openTab(gatewayOf());
  const until = new Date(Date.now() + 8_000);
  const countdown = await hookIn(tab, () => useCountdown(until));
  expect(countdown.now()).toBe(3);
  await pass(1_000);
  expect(countdown.now()).toBe(2);
  await pass(10_000);
  expect([countdown.now(), vi.getTimerCount()]).toEqual([0, 0]);
});

test.each([
  [new ServerError('502', { response: new Response('', { status: 502 }), bodyText: '' }), 'TEMPORARILY_UNAVAILABLE'],
  [new ServerError('429', { response: new Response('', { status: 429 }), bodyText: '' }), 'RATE_LIMITED'],
  [new ServerParseError(new Error('no JSON'), { response: new Response('<html>'), bodyText: '<html>' }), 'NETWORK'],
  [new ServerError('400', { response: new Response('', { status: 400 }), bodyText: '' }), undefined],
  [new TypeError('Cannot read properties of undefined'), undefined],
])('%s of a mutation is trouble with the code %s', async (error, code) => {
  fakeBrowser();
  const gateway = gatewayOf({ fields: { login: () => Promise.reject(error) } });
  const login = await hookIn(openTab(gateway), () => useAuthMutation(LoginDocument));
  let failure: unknown;
  await settle(() =>
    login
      .now()[0]({ input: { identifier: 'x', password: 'p' } })
      .catch((thrown) => (failure = thrown)),
  );
  expect([(failure as AuthTroubleError).code, login.now()[1].trouble?.code]).toEqual([code, code]);
  if (code === undefined) expect(failure).toBe(error);
});
