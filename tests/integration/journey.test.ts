import { expect, it } from 'vitest';
import {
  ExchangeTokenDocument,
  LogoutDocument,
  MeDocument,
  MySessionsDocument,
  RefreshDocument,
} from '../generated/operations.js';
import { testGateway } from '../support/app.js';
import { expectType, loggedIn, verifiedUser } from '../support/journey.js';

it('goes from sign-up to logout', async () => {
  const gateway = await testGateway({ worker: true });
  const { email, exchangeToken } = await verifiedUser(gateway);

  const exchanged = await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
  const first = expectType(exchanged.data.exchangeToken, 'LoginSuccess');
  expect(first.firstLogin).toBe(true);
  expect(first.tokens.refreshToken).toBeNull();

  const login = await loggedIn(gateway, email);
  expect(login.firstLogin).toBe(false);
  const me = await gateway.ask(MeDocument, {}, { token: login.accessToken });
  expect(me.data.me?.email).toBe(email);
  const sessions = await gateway.ask(MySessionsDocument, {}, { token: login.accessToken });
  expect(sessions.data.mySessions.totalCount).toBe(2);

  const refreshed = await gateway.ask(RefreshDocument, { input: { refreshToken: login.refreshToken } });
  const { tokens } = expectType(refreshed.data.refresh, 'RefreshSuccess');
  const logout = await gateway.ask(LogoutDocument, {}, { token: tokens.accessToken });
  expect(expectType(logout.data.logout, 'LogoutSuccess').sessionId).toBe(login.session.id);
  const after = await gateway.ask(MeDocument, {}, { token: tokens.accessToken });
  expect(after.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
