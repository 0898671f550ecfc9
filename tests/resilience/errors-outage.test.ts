import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import {
  AuthConfigDocument,
  LoginDocument,
  MeDocument,
  RefreshDocument,
  RevokeOtherSessionsDocument,
  SignupDocument,
} from '../generated/operations.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { loggedIn, newEmail, PASSWORD, verifiedUser } from '../support/journey.js';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js';

const DRIVER_TEXT = /select|insert|update |ECONN|terminat|postgres|timeout|pool|127\.0\.0\.1/i;

async function behindProxy(): Promise<{ gateway: TestGateway; proxy: TcpProxy }> {
  const database = await createTestDatabase();
  const proxy = await tcpProxy(database.url);
  return { proxy, gateway: await testGateway({ worker: true, env: { DATABASE_URL: proxy.url } }) };
}

const until = { timeout: 15_000, interval: 100 };

describe('G7: while the database is away', () => {
  it('answers TEMPORARILY_UNAVAILABLE as data, reads on without it, and recovers by itself', async () => {
    const { gateway, proxy } = await behindProxy();
    const { email, id } = await verifiedUser(gateway);
    const { accessToken: token, refreshToken } = await loggedIn(gateway, email);
    await proxy.cut();

    const login = () => gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    const answers = [
      [await login(), 'login'],
      [await gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } }), 'signup'],
      [await gateway.ask(RefreshDocument, { input: { refreshToken } }), 'refresh'],
      [await gateway.ask(RevokeOtherSessionsDocument, {}, { token }), 'revokeOtherSessions'],
    ] as const;
    for (const [{ status, data, body }, field] of answers) {
      expect(status, body).toBe(200);
      expect(data).toMatchObject({
        [field]: { __typename: 'AuthUnavailableProblem', code: 'TEMPORARILY_UNAVAILABLE' },
      });
      expect(body).not.toMatch(DRIVER_TEXT);
    }
    const me = await gateway.ask(MeDocument, {}, { token });
    expect(me.errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 5 },
    ]);
    expect(me.body).not.toMatch(DRIVER_TEXT);
    const references = `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) { __typename } }`;
    expect((await gateway.send(references, {}, { token })).errors).toMatchObject([
      { path: ['_entities', 0], extensions: { code: 'TEMPORARILY_UNAVAILABLE' } },
    ]);
    expect((await gateway.ask(MeDocument, {})).data).toEqual({ me: null });
    expect((await gateway.ask(AuthConfigDocument, {})).data.authConfig.codeLength).toBe(6);
    expect((await gateway.inject({ url: '/health/live' })).statusCode).toBe(200);
    await vi.waitFor(async () => {
      const ready = await gateway.inject({ url: '/health/ready' });
      expect(ready.statusCode).toBe(503);
      expect(ready.json()).toMatchObject({ status: 'down', parts: { database: 'down' } });
      expect(ready.body).not.toMatch(/127\.0\.0\.1|ECONN|\d+\.\d+/);
    }, until);

    await proxy.mend();
    await vi.waitFor(async () => {
      expect((await login()).data.login.__typename).toBe('LoginSuccess');
      expect((await gateway.inject({ url: '/health/ready' })).statusCode).toBe(200);
    }, until);
    expect((await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh.__typename).toBe(
      'RefreshSuccess',
    );
  });

  it('X4: refuses what it cannot count where a secret is tried, and goes on where nothing is', async () => {
    const env = { RATE_LIMITS: 'on', DATABASE_STATEMENT_TIMEOUT_MS: '200' };
    const gateway = await testGateway({ env });
    const verify = vi.spyOn(gateway.dependencies.passwordHasher, 'verify');
    const other = new pg.Client({ connectionString: gateway.database.url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE rate_limits IN ACCESS EXCLUSIVE MODE');
    try {
      const { data, headers } = await gateway.ask(LoginDocument, { input: { identifier: 'a', password: 'b' } });
      expect(data.login.__typename).toBe('AuthUnavailableProblem');
      expect(headers.ratelimit).toBeUndefined();
      expect(verify).not.toHaveBeenCalled();
      const reads = await gateway.send('{ authConfig { codeLength } csrfToken }');
      expect(reads).toMatchObject({ status: 200, data: { authConfig: { codeLength: 6 } }, errors: [] });
    } finally {
      await other.end();
    }
    const after = await gateway.ask(LoginDocument, { input: { identifier: 'a', password: 'b' } });
    expect(after.data.login.__typename).toBe('InvalidCredentialsProblem');
  });
});
