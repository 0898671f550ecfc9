import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn, newEmail, PASSWORD, verifiedUser } from '../../support/journey.js';

const APP = 'https://app.example.com';
const FOREIGN = [
  'https://evil.example',
  'null',
  'http://app.example.com',
  'https://app.example.com.evil.com',
  'https://evilapp.example.com',
  'https://sub.app.example.com',
  'https://app.example.com:8443',
  'https://APP.example.com',
  'https://app.example.com/',
  'https://app.example.com@evil.example',
  'https://example.com',
  'http://localhost:5173',
  'file://',
  '',
];
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ worker: true, env: { CORS_ORIGINS: `${APP},https://other.example.com` } });
});
afterAll(() => gateway.close());

const preflight = (origin: string) =>
  gateway.inject({
    method: 'OPTIONS',
    url: '/graphql',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,authorization,x-csrf-token',
    },
  });

describe('C4: CORS', () => {
  it.each([APP, 'https://other.example.com'])('lets %s ask with credentials', async (origin) => {
    const { statusCode, headers } = await preflight(origin);
    expect(statusCode).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
    });
    expect(String(headers['access-control-allow-methods']).split(', ')).toContain('POST');
    const allowed = String(headers['access-control-allow-headers']).toLowerCase().split(/, ?/);
    expect(allowed).toEqual(expect.arrayContaining(['content-type', 'authorization', 'x-csrf-token']));
    expect(headers.vary).toMatch(/\bOrigin\b/i);
    const answer = await gateway.send('{ me { id } }', {}, { headers: { origin } });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: expect.stringMatching(/\bOrigin\b/i),
    });
  });

  it.each(FOREIGN)('tells %j nothing, and caches that it varies', async (origin) => {
    for (const { headers } of [
      await preflight(origin),
      await gateway.send('{ me { id } }', {}, { headers: { origin } }),
    ]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers.vary).toMatch(/\bOrigin\b/i);
    }
  });

  it('varies without an origin too', async () => {
    const { headers } = await gateway.send('{ me { id } }');
    expect(headers.vary).toMatch(/\bOrigin\b/i);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('C3: a mutation', () => {
  const accounts = async () =>
    (await gateway.dependencies.query({ name: 'accounts', text: 'SELECT FROM users' }, [])).length;
  const signup = (headers: Record<string, string>) =>
    gateway.send(
      'mutation($input: SignupInput!) { signup(input: $input) { __typename } }',
      { input: { email: newEmail(), password: PASSWORD } },
      { headers },
    );

  it.each(FOREIGN)('from %j is refused, and changes nothing', async (origin) => {
    const before = await accounts();
    const { status, errors, data } = await signup({ origin });
    expect(status).toBe(403);
    expect(data).toBeNull();
    expect(errors[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    expect(await accounts()).toBe(before);
  });

  it('from a cross-site page that hides its origin is refused', async () => {
    const before = await accounts();
    expect((await signup({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await accounts()).toBe(before);
  });

  it.each<[string, Record<string, string>]>([
    ['an allowed page', { origin: APP, 'sec-fetch-site': 'cross-site' }],
    ['a page of our own', { origin: 'http://localhost:4000' }],
    ['a program', {}],
  ])('from %s is run', async (_who, headers) => {
    expect((await signup(headers)).status).toBe(200);
  });

  it('with a bearer token and no origin is run; a foreign page gets no use of a stolen one either', async () => {
    const { email } = await verifiedUser(gateway);
    const { accessToken: token, refreshToken } = await loggedIn(gateway, email);
    const logout = 'mutation { logout { ... on LogoutSuccess { sessionId } } }';
    const foreign = { token, headers: { origin: 'https://evil.example' } };
    expect((await gateway.send(logout, {}, foreign)).status).toBe(403);
    const cookie = `gatehouse-refresh=${refreshToken}`;
    expect(
      (await gateway.send('{ me { id } }', {}, { cookie, headers: { origin: 'https://evil.example' } })).status,
    ).toBe(403);
    expect((await gateway.send('{ me { id } }', {}, { token })).data?.me).not.toBeNull();
    const { status, data } = await gateway.send(logout, {}, { token });
    expect([status, data]).toEqual([200, { logout: { sessionId: expect.any(String) } }]);
  });
});

describe('a page of an origin that is not listed', () => {
  it('is told the reason, and the log names origin and setting once a minute', async () => {
    const own = await testGateway({ env: { CORS_ORIGINS: APP } });
    const told = () =>
      own.logLines
        .map((line) => JSON.parse(line))
        .filter(({ setting }) => setting === 'CORS_ORIGINS')
        .map(({ level, origin }) => [level, origin]);
    const ask = (origin: string, query = 'mutation { logout { __typename } }') =>
      own.send(query, {}, { headers: { origin } });
    for (const origin of ['https://evil.example', 'https://evil.example', APP, 'http://localhost:5173']) {
      const { status, errors } = await ask(origin);
      expect(status).toBe(origin === APP ? 200 : 403);
      if (origin === APP) continue;
      expect(errors[0]).toMatchObject({
        message: expect.stringContaining('CORS_ORIGINS'),
        extensions: { code: 'FORBIDDEN' },
      });
    }
    const once = [
      [40, 'https://evil.example'],
      [40, 'http://localhost:5173'],
    ];
    expect(told()).toEqual(once);
    expect(own.logLines.join('')).toContain(`"toAllow":"CORS_ORIGINS=${APP},https://evil.example"`);
    own.clock.advance(61);
    await ask('https://evil.example', '{ csrfToken }');
    expect(told()).toEqual([...once, [40, 'https://evil.example']]);
    for (let index = 0; index < 30; index += 1) await ask(`https://flood-${index}.example`, '{ csrfToken }');
    expect(told().length).toBeLessThanOrEqual(12);
  });

  it('may be the web view of an app or an extension', async () => {
    const apps = ['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'chrome-extension://abcdefgh'];
    const own = await testGateway({ env: { CORS_ORIGINS: apps.join(',') } });
    for (const origin of [...apps, 'capacitor://other', 'chrome-extension://abcdefg']) {
      const { status, headers } = await own.send('mutation { logout { __typename } }', {}, { headers: { origin } });
      expect([status, headers['access-control-allow-origin']], origin).toEqual(
        apps.includes(origin) ? [200, origin] : [403, undefined],
      );
    }
  });
});

describe('C4: outside production', () => {
  it('pages of this machine may ask where no origin is listed, and no other', async () => {
    const open = await testGateway();
    const status = async (origin: string) =>
      (await open.send('mutation { logout { __typename } }', {}, { headers: { origin } })).status;
    const here = ['http://localhost:5173', 'http://127.0.0.1:3000', 'http://[::1]:1', 'https://localhost'];
    for (const origin of [...here, 'http://app.localhost:5173', 'http://a.b-c.localhost']) {
      expect(await status(origin), origin).toBe(200);
    }
    const tricks = [
      'http://localhost.evil.com',
      'http://localhost:5173.evil.com',
      'http://evil.com#localhost',
      'http://127.0.0.1.evil.com',
      'null',
      'http://0.0.0.0:3000',
      'http://localhost:5173/',
      'http://xlocalhost',
      'http://.localhost',
      'http://app.localhost.evil.com',
    ];
    for (const origin of tricks) expect(await status(origin), origin).toBe(403);
  });
});
