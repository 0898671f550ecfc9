import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { AuthTroubleError, fieldErrors, isProblem, matchResult, type Problems, retryAt } from '../src/index.js';
import type { LoginMutation } from '../src/operations/index.js';
import { LoginDocument } from '../src/operations/index.js';
import { mockMember, problem } from '../src/testing/index.js';

type Login = LoginMutation['login'];

const limited = problem('RATE_LIMITED', { retryAfterSeconds: 3 }) as unknown as Login;
const success = { __typename: 'LoginSuccess' } as Login;

describe('matchResult', () => {
  const all = {
    LoginSuccess: () => 'in',
    TwoFactorRequired: () => 'code',
    PasswordChangeRequired: () => 'password',
  };

  test('calls the function of the member', () => {
    expect(matchResult(success, { ...all, AuthProblem: () => 'no' })).toBe('in');
    expect(matchResult(success, { _: () => 'other' })).toBe('other');
  });

  test('calls AuthProblem for every problem without a function of its own, also for unknown ones', () => {
    const later = { ...all, AuthProblem: ({ code }: { code: string }) => code };
    expect(matchResult(limited, later)).toBe('RATE_LIMITED');
    expect(matchResult(limited, { ...later, AuthRateLimitProblem: ({ limit }) => `limit ${limit}` })).toBe('limit 10');
    const unknown = { __typename: 'NewProblem', code: 'NEW' } as unknown as Login;
    expect(matchResult(unknown, later)).toBe('NEW');
  });

  test('throws for a member that is newer than the app', () => {
    const unknown = { __typename: 'PasskeyRequired' } as unknown as Login;
    expect(() => matchResult(unknown, { ...all, AuthProblem: () => '' })).toThrow('PasskeyRequired');
  });

  test('does not compile if a member is missing, or if a function is for none', () => {
    // @ts-expect-error: TwoFactorRequired and PasswordChangeRequired are missing
    expect(matchResult(success, { LoginSuccess: () => 1, AuthProblem: () => 2 })).toBe(1);
    // @ts-expect-error: every problem is missing
    expect(matchResult(success, all)).toBe('in');
    // @ts-expect-error: no such member
    expect(matchResult(success, { ...all, AuthProblem: () => '', LogoutSuccess: () => '' })).toBe('in');
  });

  test('narrows the member and infers the result', () => {
    const result = matchResult(success, {
      ...all,
      AuthProblem: (found) => {
        expectTypeOf(found).toEqualTypeOf<Problems<Login>>();
        expectTypeOf(found.code).toBeString();
        return '';
      },
      LoginSuccess: (member) => {
        expectTypeOf(member.__typename).toEqualTypeOf<'LoginSuccess'>();
        return 'in';
      },
    });
    expectTypeOf(result).toEqualTypeOf<string>();
  });
});

test('isProblem narrows to the problems', () => {
  expect([isProblem(limited), isProblem(success), isProblem(null), isProblem(undefined)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  if (isProblem(limited)) expectTypeOf(limited).toEqualTypeOf<Problems<Login>>();
});

test('fieldErrors lists messages by field', () => {
  const fields = [
    { path: ['input', 'email'], message: 'Not an address', rule: 'email' },
    { path: ['input', 'address', 'city'], message: 'Missing', rule: 'required' },
  ];
  expect(fieldErrors(problem('INPUT_INVALID', { fields }))).toEqual({
    email: 'Not an address',
    'address.city': 'Missing',
  });
  expect(fieldErrors(problem('PASSWORD_REJECTED', { message: 'Too short' }))).toEqual({
    password: 'Too short',
    newPassword: 'Too short',
  });
  for (const other of [success, limited, null, undefined, 'text']) expect(fieldErrors(other)).toEqual({});
});

test('retryAt returns the time that a result names, and the same one again', () => {
  vi.useFakeTimers({ now: 0 });
  const first = retryAt(limited);
  expect(first).toEqual(new Date(3000));
  vi.setSystemTime(2000);
  expect(retryAt(limited)).toBe(first);
  const lockedUntil = '2030-01-01T00:00:00.000Z';
  expect(retryAt({ lockedUntil })).toEqual(new Date(lockedUntil));
  expect(retryAt({ resendAvailableAt: lockedUntil })).toEqual(new Date(lockedUntil));
  expect(retryAt(new AuthTroubleError({ code: 'NETWORK', retryAt: 5 }))).toEqual(new Date(5));
  for (const other of [success, null, undefined, 'text']) expect(retryAt(other)).toBeNull();
  vi.useRealTimers();
});

test('mockMember answers a document for MockedProvider', () => {
  const { request, result } = mockMember(LoginDocument, problem('INVALID_CREDENTIALS'));
  expect(request.query).toBe(LoginDocument);
  expect(result.data).toMatchObject({ login: { code: 'INVALID_CREDENTIALS' } });
});
