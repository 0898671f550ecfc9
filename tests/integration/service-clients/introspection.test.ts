import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdminDisableUserDocument,
  IntrospectTokenDocument,
  LogoutDocument,
  RefreshDocument,
} from '../../generated/operations.js';
import { mailedTo, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn } from '../../support/journey.js';
import { redisServer } from '../../support/redis-server.js';
import { asBasic, asHeaders, type Credential, service } from '../../support/service-clients.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { tcpProxy } from '../../support/tcp-proxy.js';
import { challengeOf, claimsOf, twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
let admin: StaffMember;
let resource: Credential;

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
  resource = await service(gateway, admin, ['tokens:introspect']);
});
afterAll(() => gateway.close());

/** Asks by GraphQL. */
async function asked(token: string, at = gateway) {
  const { data } = await at.ask(IntrospectTokenDocument, { token }, { headers: asHeaders(resource) });
  return data.introspectToken;
}

/** Asks as RFC 7662 says. */
async function posted(payload: string, headers: Record<string, string> = asBasic(resource), at = gateway) {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return await at.inject({ method: 'POST', url: '/oauth/introspect', headers: { ...form, ...headers }, payload });
}
const formOf = (token: string) => new URLSearchParams({ token }).toString();

const INACTIVE = {
  __typename: 'TokenIntrospection',
  active: false,
  subject: null,
  sessionId: null,
  role: null,
  scope: null,
  expiresAt: null,
  issuer: null,
  clientId: null,
};

async function expectInactive(token: string, at = gateway) {
  expect(await asked(token, at)).toEqual(INACTIVE);
  const response = await posted(formOf(token), asBasic(resource), at);
  expect(response.statusCode).toBe(200);
  expect(response.body).toBe('{"active":false}');
}

async function isActive(token: string, at = gateway): Promise<boolean> {
  const one = expectType(await asked(token, at), 'TokenIntrospection').active;
  const other = (await posted(formOf(token), asBasic(resource), at)).json().active;
  expect(one).toBe(other);
  return one;
}

const newToken = async () => (await loggedIn(gateway, (await quickUser(gateway)).email)).accessToken;

describe('an active token', () => {
  it('is described alike by both ways', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken, session } = await loggedIn(gateway, email);
    const { exp, iss, aud } = claimsOf(accessToken) as { exp: number; iss: string; aud: string };
    expect(await asked(accessToken)).toEqual({
      ...INACTIVE,
      active: true,
      subject: id,
      sessionId: session.id,
      role: 'user',
      scope: 'account',
      expiresAt: new Date(exp * 1_000).toISOString(),
      issuer: iss,
    });
    const response = await posted(`${formOf(accessToken)}&token_type_hint=refresh_token`);
    const members = { active: true, scope: 'account', token_type: 'Bearer', exp, sub: id, aud, iss };
    expect(response.json()).toEqual({ ...members, sid: session.id, role: 'user' });
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(response.body).not.toContain(email);
  });

  it('has the role that applies now', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    await rows(gateway, "UPDATE users SET role = 'support' WHERE id = ? RETURNING id", [id]);
    expect(await asked(accessToken)).toMatchObject({ active: true, role: 'support' });
  });
});

describe('a token is inactive', () => {
  it('as soon as its session has ended, also at a replica that was told nothing', async () => {
    const token = await newToken();
    const replica = await testGateway({ replicaOf: gateway });
    expect([await isActive(token), await isActive(token, replica)]).toEqual([true, true]);
    expectType((await gateway.ask(LogoutDocument, {}, { token })).data.logout, 'LogoutSuccess');
    await expectInactive(token, replica);
    await expectInactive(token);
    const quiet = await newToken();
    expect(await isActive(quiet)).toBe(true);
    const text = 'UPDATE sessions SET revoked_at = now() WHERE id = ? RETURNING id';
    await rows(gateway, text, [claimsOf(quiet).sid]);
    await expectInactive(quiet);
  });

  it('once the session has expired before the token', async () => {
    const token = await newToken();
    await rows(gateway, 'UPDATE sessions SET expires_at = ? WHERE id = ? RETURNING id', [
      gateway.clock.now(),
      claimsOf(token).sid,
    ]);
    await expectInactive(token);
  });

  it('once the user is disabled or deleted', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const input = { userId: id, reason: 'ABUSE' as const };
    const { data } = await gateway.ask(AdminDisableUserDocument, { input }, { token: admin.token });
    expectType(data.adminDisableUser, 'AdminUserUpdated');
    await expectInactive(accessToken);
    for (const column of ['disabled_at', 'deleted_at']) {
      const token = await newToken();
      await rows(gateway, `UPDATE users SET ${column} = now() WHERE id = ? RETURNING id`, [claimsOf(token).sub]);
      await expectInactive(token);
    }
  });

  it('at the second at which it expires', async () => {
    const token = await newToken();
    gateway.clock.advance(870);
    expect(await isActive(token)).toBe(true);
    gateway.clock.advance(30);
    await expectInactive(token);
    admin = await staffMember(gateway, 'admin');
  });

  it('A1 A3: if it is forged, or meant for others', async () => {
    const genuine = await newToken();
    const claims = claimsOf(genuine);
    const { id, privateKey } = await gateway.dependencies.keyRing.active();
    const signed = async (changes: Record<string, unknown>, header: Record<string, unknown> = {}) =>
      await new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ alg: 'ES256', kid: id, typ: 'at+jwt', ...header })
        .sign(privateKey);
    expect(await isActive(await signed({}))).toBe(true);
    const now = Math.floor(gateway.clock.now().getTime() / 1_000);
    const forgeries = [
      await signed({ aud: 'https://other.example.com' }),
      await signed({ aud: ['https://other.example.com'] }),
      await signed({ iss: 'https://other.example.com' }),
      await signed({ exp: now - 1, iat: now - 60 }),
      await signed({ exp: now + 86_400 }),
      await signed({ nbf: now + 600 }),
      await signed({ sid: 'none' }),
      await signed({ sid: claimsOf(await newToken()).sid }),
      await signed({}, { typ: 'JWT' }),
      await signed({}, { kid: 'other' }),
      ...Array.from({ length: 100 }, (_, index) => {
        const at = Math.floor((index / 100) * genuine.length);
        return `${genuine.slice(0, at)}${genuine[at] === 'A' ? 'B' : 'A'}${genuine.slice(at + 1)}`;
      }).filter((token) => token.at(-1) === genuine.at(-1)),
    ];
    for (const forged of forgeries) expect(await asked(forged)).toEqual(INACTIVE);
    for (const forged of forgeries.slice(0, 12)) await expectInactive(forged);
  });

  it('A4: if it is of another kind, genuine or not', async () => {
    const { email } = await signedUp(gateway);
    const mailed = await mailedTo(gateway, email);
    const { exchangeToken, email: verified } = await quickUser(gateway);
    const { refreshToken, session } = await loggedIn(gateway, verified);
    const challenge = await challengeOf(gateway, (await twoFactorUser(gateway)).email);
    const { data } = await gateway.send('{ csrfToken }');
    const others = [
      ...[mailed.code, mailed.token, exchangeToken, refreshToken, challenge, String(data?.csrfToken)],
      ...[resource.secret, resource.id, session.id, admin.id, '', ' ', 'null', '\u0000', 'x'.repeat(9_000), '{"a":1}'],
    ];
    for (const other of others) expect(await asked(other)).toEqual(INACTIVE);
    for (const other of others.filter((text) => text !== '')) await expectInactive(other);
    // An introspection uses nothing up.
    const refreshed = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    expectType(refreshed.data.refresh, 'RefreshSuccess');
  });
});

describe('POST /oauth/introspect', () => {
  it('refuses a bad client alike, whatever it sends', async () => {
    const token = await newToken();
    const wrong = { id: resource.id, secret: `gh_${resource.id}_${randomBytes(32).toString('base64url')}` };
    const reads = await service(gateway, admin, ['users:read', 'sessions:end', 'events:read']);
    const bodies = [];
    for (const headers of [
      {},
      asBasic(wrong),
      asHeaders(wrong),
      { authorization: 'Basic ?' },
      { authorization: `Bearer ${admin.token}` },
    ]) {
      for (const payload of [formOf(token), 'x'.repeat(200_000), '']) {
        const response = await posted(payload, headers);
        expect(response.statusCode).toBe(401);
        expect(response.headers['www-authenticate']).toBe('Basic realm="gatehouse", charset="UTF-8"');
        bodies.push(response.body);
      }
    }
    expect(new Set(bodies)).toEqual(new Set(['{"error":"invalid_client"}']));
    const unscoped = await posted(formOf(token), asBasic(reads));
    expect([unscoped.statusCode, unscoped.body]).toEqual([403, '{"error":"insufficient_scope"}']);
  });

  it.each(['', 'token=', 'token_type_hint=access_token', 'token=a&token=b', 'token=a&token=a'])(
    'calls %j an invalid request',
    async (payload) => {
      const response = await posted(payload);
      expect([response.statusCode, response.body]).toEqual([400, '{"error":"invalid_request"}']);
    },
  );

  it('reads only a form, and not a large one', async () => {
    const { accessToken } = await loggedIn(gateway, (await quickUser(gateway)).email);
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const headers = { ...asBasic(resource), 'content-type': type };
      expect((await posted(JSON.stringify({ token: accessToken }), headers)).statusCode).toBe(415);
    }
    expect((await posted(`token=${'x'.repeat(20_000)}`)).statusCode).toBe(413);
    const get = await gateway.inject({
      method: 'GET',
      url: `/oauth/introspect?token=${accessToken}`,
      headers: asBasic(resource),
    });
    expect(get.statusCode).toBe(405);
  });

  it('is closed to the pages of other origins, and no form is read elsewhere', async () => {
    const own = await testGateway({ env: { CORS_ORIGINS: 'https://app.example.com' } });
    const origin = 'https://app.example.com';
    const preflight = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const response = await own.inject({ method: 'OPTIONS', url: '/oauth/introspect', headers: preflight });
    const answer = await posted('token=x', { ...asBasic(resource), origin }, own);
    for (const { headers } of [response, answer]) expect(headers['access-control-allow-origin']).toBeUndefined();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const elsewhere = await own.inject({ method: 'POST', url: '/graphql', headers: form, payload: 'query=x' });
    expect(elsewhere.statusCode).toBe(415);
  });

  it('G7: answers 503 while the database is away, hides the reason, and works again after it', async () => {
    const database = await createTestDatabase();
    const proxy = await tcpProxy(database.url);
    const own = await testGateway({ env: { DATABASE_URL: proxy.url, DATABASE_STATEMENT_TIMEOUT_MS: '2000' } });
    const boss = await staffMember(own, 'admin');
    const client = await service(own, boss, ['tokens:introspect']);
    await proxy.cut();
    for (const headers of [asBasic(client), asHeaders(client)]) {
      const response = await posted(formOf(boss.token), headers, own);
      expect(response.statusCode).toBe(503);
      expect(response.headers['retry-after']).toBeDefined();
      expect(response.body).not.toMatch(/postgres|select|127\.0\.0\.1|ECONN/i);
      const { data } = await own.ask(IntrospectTokenDocument, { token: boss.token }, { headers });
      expectType(data.introspectToken, 'AuthUnavailableProblem');
    }
    await proxy.mend();
    await eventually(async () => {
      expect((await posted(formOf(boss.token), asBasic(client), own)).json()).toMatchObject({ active: true });
    });
  });
});

describe('X1: introspections are limited for each service', () => {
  const run = async (env: Record<string, string>) => {
    const own = await testGateway({ env: { RATE_LIMITS: 'introspectToken:service=3/1h', ...env } });
    const boss = await staffMember(own, 'admin');
    const [one, other] = [
      await service(own, boss, ['tokens:introspect']),
      await service(own, boss, ['tokens:introspect']),
    ];
    const byGraphql = async (client: Credential) =>
      (await own.ask(IntrospectTokenDocument, { token: 'x' }, { headers: asHeaders(client) })).data.introspectToken;
    expectType(await byGraphql(one), 'TokenIntrospection');
    const second = await posted('token=x', asBasic(one), own);
    expect(second.headers.ratelimit).toMatch(/^"introspectToken-service";r=1;t=\d+$/);
    // Whether a form is valid is said only to who is within the limits.
    expect((await posted('', asBasic(one), own)).statusCode).toBe(400);
    const limited = await posted('token=x', asBasic(one), own);
    expect(limited.statusCode).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(3_000);
    expectType(await byGraphql(one), 'AuthRateLimitProblem');
    expectType(await byGraphql(other), 'TokenIntrospection');
    const text = "SELECT metadata FROM audit_events WHERE type = 'LIMIT_EXCEEDED'";
    expect(await rows(own, text)).toEqual([
      { metadata: { limit: 'introspectToken-service', serviceClientId: one.id } },
    ]);
  };

  it('in PostgreSQL', async () => {
    await run({});
  });

  it('in Redis', async () => {
    await run({ REDIS_URL: (await redisServer()).url });
  });
});
