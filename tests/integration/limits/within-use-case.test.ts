import { afterAll, beforeAll, expect, it } from 'vitest';
import { LoginDocument, RefreshDocument, SignupDocument } from '../../generated/operations.js';
import { quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

// The limits of these operations are counted together with the first statement of the use-case.
const RATE_LIMITS = 'login=5/1h,login:account=2/1h,refresh=1/1h,signup=2/1h';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { RATE_LIMITS } });
});
afterAll(() => gateway.close());

async function login(identifier: string, from: string, password = 'wrong'): Promise<string> {
  const { data } = await gateway.ask(LoginDocument, { input: { identifier, password } }, { from });
  return data.login.__typename;
}

it('X1: a refresh that its limit rejects leaves the session as it was', async () => {
  const { email } = await quickUser(gateway);
  const { refreshToken: first, session } = await loggedIn(gateway, email);
  const refreshed = async (refreshToken: string | null) =>
    (await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;
  const { refreshToken: second } = expectType(await refreshed(first), 'RefreshSuccess').tokens;
  for (const _ of [1, 2]) expectType(await refreshed(second), 'AuthRateLimitProblem');
  const text = 'SELECT generation, revoked_at FROM sessions WHERE id = ?';
  expect(await rows(gateway, text, [session.id])).toEqual([{ generation: 1, revoked_at: null }]);
});

it('X1: a call with an invalid input counts, and is rejected by the limit rather than for its input', async () => {
  const results = [];
  for (let count = 0; count < 3; count += 1) results.push(await login('', '192.0.2.2'));
  expect(results).toEqual(['AuthInputProblem', 'AuthInputProblem', 'AuthRateLimitProblem']);
  const signup = async (email: string) => {
    const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } }, { from: '192.0.2.2' });
    return data.signup.__typename;
  };
  expect([await signup('none'), await signup('none at all'), await signup(newEmail())]).toEqual([
    'AuthInputProblem',
    'AuthInputProblem',
    'AuthRateLimitProblem',
  ]);
});

it('X1: a name whose limit is used up is not counted for a call that the client’s own limit rejects', async () => {
  for (let count = 0; count < 5; count += 1) await login(`other-${count}`, '192.0.2.3');
  const name = 'some-name';
  for (let count = 0; count < 3; count += 1) expect(await login(name, '192.0.2.3')).toBe('AuthRateLimitProblem');
  expect([await login(name, '192.0.2.4'), await login(name, '192.0.2.4'), await login(name, '192.0.2.4')]).toEqual([
    'InvalidCredentialsProblem',
    'InvalidCredentialsProblem',
    'AuthRateLimitProblem',
  ]);
});

it('X1: the point of a successful login is given back to its name', async () => {
  const { email } = await quickUser(gateway);
  for (let count = 0; count < 4; count += 1) expect(await login(email, '192.0.2.5', PASSWORD)).toBe('LoginSuccess');
  for (const _ of [1, 2]) expect(await login(email, '192.0.2.6')).toBe('InvalidCredentialsProblem');
  expect(await login(email, '192.0.2.6')).toBe('AuthRateLimitProblem');
});
