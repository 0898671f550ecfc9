import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import {
  ExchangeTokenDocument,
  LogoutDocument,
  MeDocument,
  MySessionsDocument,
  RefreshDocument,
} from '../../generated/operations.js';
import { testGateway } from '../../support/app.js';
import { createTestDatabase } from '../../support/database.js';
import { expectType, loggedIn, verifiedUser } from '../../support/journey.js';

/** A database that writes times and lengths of time as no driver reads them. */
async function strangeDatabase(): Promise<string> {
  const { url } = await createTestDatabase();
  const name = new URL(url).pathname.slice(1);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  for (const style of ["DateStyle = 'German'", "IntervalStyle = 'sql_standard'", "TimeZone = 'Asia/Kathmandu'"]) {
    await client.query(`ALTER DATABASE ${name} SET ${style}`);
  }
  return url;
}

it.each([
  ['as usual', false],
  ['where the database has its own way to write times', true],
])('goes from sign-up to logout, %s', async (_title, isStrange) => {
  const env: Record<string, string> = isStrange ? { DATABASE_URL: await strangeDatabase() } : {};
  const gateway = await testGateway({ worker: true, env });
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
  const faults = gateway.logLines.filter((line) => JSON.parse(line).level >= 50);
  expect(faults).toEqual([]);
});
