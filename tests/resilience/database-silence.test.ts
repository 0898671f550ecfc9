import { expect, it } from 'vitest';
import {
  LoginDocument,
  MeDocument,
  RefreshDocument,
  RevokeSessionDocument,
  SignupDocument,
} from '../generated/operations.js';
import { faults } from '../support/accounts.js';
import { testGateway } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD, verifiedUser } from '../support/journey.js';
import { tcpProxy } from '../support/tcp-proxy.js';

it('answers while the database is silent on connections that stay open, and serves again when it speaks', async () => {
  const database = await createTestDatabase();
  const proxy = await tcpProxy(database.url);
  const env = { DATABASE_URL: proxy.url, DATABASE_STATEMENT_TIMEOUT_MS: '500', DATABASE_POOL_MAX: '3' };
  const gateway = await testGateway({ worker: true, env });
  const replica = await testGateway({ env: { DATABASE_URL: database.url }, replicaOf: gateway });
  const { email } = await verifiedUser(gateway);
  const first = await loggedIn(gateway, email);
  const other = await loggedIn(gateway, email);
  const input = { identifier: email, password: PASSWORD };

  proxy.silence();
  const newcomer = { email: newEmail(), password: PASSWORD };
  // More than the pool has places for: those that wait for one are answered as well.
  const asked = Array.from({ length: 4 }, () => [
    gateway.ask(LoginDocument, { input }).then(({ data }) => data.login),
    gateway.ask(SignupDocument, { input: newcomer }).then(({ data }) => data.signup),
    gateway
      .ask(RefreshDocument, { input: { refreshToken: first.refreshToken ?? '' } })
      .then(({ data }) => data.refresh),
  ]).flat();
  for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  const me = await gateway.ask(MeDocument, {}, { token: first.accessToken });
  expect(me.errors[0]?.extensions.code).toBe('TEMPORARILY_UNAVAILABLE');
  // Ended elsewhere while no notification arrives.
  await replica.ask(RevokeSessionDocument, { id: other.session.id }, { token: first.accessToken });

  // Another machine takes over on the same address; the old connections never speak again.
  proxy.speakAnew();
  await eventually(async () => expectType((await gateway.ask(LoginDocument, { input })).data.login, 'LoginSuccess'));
  await eventually(async () => {
    const refused = await gateway.ask(MeDocument, {}, { token: other.accessToken });
    expect(refused.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
  // Queue, worker and relay: a mail goes all the way.
  await verifiedUser(gateway);
  await eventually(async () => expect((await gateway.inject({ url: '/health/ready' })).statusCode).toBe(200));
  expect(faults(gateway)).toEqual([]);
}, 90_000);
