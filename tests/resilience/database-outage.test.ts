import { expect, it } from 'vitest';
import { LoginDocument, MeDocument, RevokeSessionDocument, SignupDocument } from '../generated/operations.js';
import { testGateway } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD, verifiedUser } from '../support/journey.js';
import { tcpProxy } from '../support/tcp-proxy.js';

it('says that it is away while the database is, and comes back whole by itself', async () => {
  const database = await createTestDatabase();
  const proxy = await tcpProxy(database.url);
  const gateway = await testGateway({ worker: true, env: { DATABASE_URL: proxy.url } });
  const replica = await testGateway({ env: { DATABASE_URL: database.url }, replicaOf: gateway });
  const { email } = await verifiedUser(gateway);
  const login = await loggedIn(gateway, email);
  const other = await loggedIn(gateway, email);
  const token = login.accessToken;
  const readiness = async () => (await gateway.inject({ url: '/health/ready' })).statusCode;
  await eventually(async () => expect(await readiness()).toBe(200));

  await proxy.cut();
  await eventually(async () => expect(await readiness()).toBe(503));
  const input = { identifier: email, password: PASSWORD };
  const from = performance.now();
  const away = await gateway.ask(LoginDocument, { input });
  expect(away.data.login).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  const newcomer = { email: newEmail(), password: PASSWORD };
  const signup = await gateway.ask(SignupDocument, { input: newcomer });
  expect(signup.data.signup).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  const me = await gateway.ask(MeDocument, {}, { token });
  expect(me.errors[0]?.extensions.code).toBe('TEMPORARILY_UNAVAILABLE');
  expect(performance.now() - from).toBeLessThan(8_000);
  // A session that another process ends meanwhile is found out when the database is back.
  const ended = await replica.ask(RevokeSessionDocument, { id: other.session.id }, { token });
  expectType(ended.data.revokeSession, 'SessionRevoked');

  await proxy.mend();
  const back = Date.now();
  await eventually(async () => expect(await readiness()).toBe(200));
  const again = await gateway.ask(LoginDocument, { input: { ...input, tokenDelivery: 'BODY' } });
  const { tokens } = expectType(again.data.login, 'LoginSuccess');
  await eventually(async () => {
    const refused = await gateway.ask(MeDocument, {}, { token: other.accessToken });
    expect(refused.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }, 3_000);
  // Pool, queue, worker and relay: a mail goes all the way.
  await verifiedUser(gateway);
  expect(Date.now() - back).toBeLessThan(20_000);
  // LISTEN: a revocation by the other process is known within a second.
  await replica.ask(RevokeSessionDocument, { id: login.session.id }, { token: tokens.accessToken });
  await eventually(async () => {
    const refused = await gateway.ask(MeDocument, {}, { token });
    expect(refused.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }, 1_000);
  expect(gateway.logLines.join('')).not.toContain('argon2id');
}, 60_000);
