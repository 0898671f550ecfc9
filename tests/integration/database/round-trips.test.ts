import { afterAll, beforeAll, expect, it } from 'vitest';
import { LoginDocument, MeDocument, RefreshDocument, SignupDocument } from '../../generated/operations.js';
import { quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { watchStatements } from '../../support/statements.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { RATE_LIMITS: 'on' } });
});
afterAll(() => gateway.close());

/** Counts the round trips of the second call, as the first one of a device or process does more. */
async function roundTrips(call: () => Promise<void>): Promise<number> {
  await call();
  const sent = watchStatements();
  await call();
  return sent.length;
}

it('a login on a known device takes three round trips: limits and account, attempt, session', async () => {
  const { email: identifier } = await quickUser(gateway);
  const input = { identifier, password: PASSWORD };
  const count = await roundTrips(async () => {
    const { data } = await gateway.ask(LoginDocument, { input });
    expectType(data.login, 'LoginSuccess');
  });
  expect(count).toBe(3);
});

it('a sign-up takes five round trips: limits and waiting account, holder of the address, account and code, the rest, commit', async () => {
  const count = await roundTrips(async () => {
    const { data } = await gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } });
    expectType(data.signup, 'SignupAccepted');
  });
  expect(count).toBe(5);
});

it('a refresh takes one round trip: its limit, with the rotation', async () => {
  const { email } = await quickUser(gateway);
  let { refreshToken } = await loggedIn(gateway, email);
  const count = await roundTrips(async () => {
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    refreshToken = expectType(data.refresh, 'RefreshSuccess').tokens.refreshToken ?? '';
  });
  expect(count).toBe(1);
});

it('reading the own account takes one round trip', async () => {
  const { email } = await quickUser(gateway);
  const { accessToken: token } = await loggedIn(gateway, email);
  const count = await roundTrips(async () => {
    const { data } = await gateway.ask(MeDocument, {}, { token });
    expect(data.me?.email).toBe(email);
  });
  expect(count).toBe(1);
});
