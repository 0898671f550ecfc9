import { randomBytes } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { LoginDocument, RefreshDocument, SignupDocument } from '../../generated/operations.js';
import { type Ask, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';
import { PUBLIC_ORIGIN, productionSettings, VERIFY_STATEMENT } from '../../support/production.js';

type Response = Awaited<ReturnType<TestGateway['inject']>>;

const NAME = '__Host-gatehouse-refresh';

async function account(gateway: TestGateway): Promise<string> {
  const email = newEmail();
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expectType(data.signup, 'SignupAccepted');
  await gateway.dependencies.query(VERIFY_STATEMENT, [email]);
  return email;
}

async function signIn(gateway: TestGateway, identifier: string, rememberMe: boolean, ask?: Ask) {
  const answer = await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD, rememberMe } }, ask);
  return { ...expectType(answer.data.login, 'LoginSuccess'), answer };
}

function cookieOf({ cookies, headers }: { cookies: Response['cookies']; headers: Response['headers'] }) {
  const [cookie, ...others] = cookies.filter(({ name }) => name === NAME);
  if (cookie === undefined) throw new Error('No cookie was set.');
  expect(others).toEqual([]);
  const raw = [headers['set-cookie']].flat().find((line) => line?.startsWith(NAME)) ?? '';
  return { ...cookie, raw };
}

describe('C1: the refresh cookie in production', () => {
  it('is tied to this host and https, hidden from scripts, and the only place of the token', async () => {
    const gateway = await testGateway({ env: productionSettings() });
    const email = await account(gateway);
    const { answer, tokens } = await signIn(gateway, email, true);
    const cookie = cookieOf(answer);
    expect(cookie).toMatchObject({ name: NAME, path: '/', httpOnly: true, secure: true, sameSite: 'Strict' });
    expect(cookie).not.toHaveProperty('domain');
    expect(cookie.maxAge).toBeGreaterThan(14 * 86_400 - 60);
    expect(cookie.maxAge).toBeLessThanOrEqual(14 * 86_400);
    expect(cookie.raw.length).toBeLessThan(4_096);
    expect(tokens.refreshToken).toBeNull();
    expect(answer.body).not.toContain(cookie.value);
    const device = answer.cookies.find(({ name }) => name === '__Host-gatehouse-device');
    expect(device).toMatchObject({ path: '/', httpOnly: true, secure: true, sameSite: 'Strict' });
    expect(device).not.toHaveProperty('domain');

    const refreshed = await gateway.ask(RefreshDocument, {}, { cookie: `${NAME}=${cookie.value}` });
    expect(expectType(refreshed.data.refresh, 'RefreshSuccess').tokens.refreshToken).toBeNull();
    const next = cookieOf(refreshed);
    expect(next).toMatchObject({ name: NAME, path: '/', httpOnly: true, secure: true, sameSite: 'Strict' });
    expect(next.value).not.toBe(cookie.value);
    const plain = await gateway.ask(RefreshDocument, {}, { cookie: `gatehouse-refresh=${next.value}` });
    expectType(plain.data.refresh, 'RefreshRejectedProblem');
  });

  it('goes with the browser without “remember me”, and goes at logout, but not when it opens nothing', async () => {
    const gateway = await testGateway({ env: productionSettings() });
    const email = await account(gateway);
    const { answer } = await signIn(gateway, email, false);
    const { value, ...rest } = cookieOf(answer);
    expect(rest).not.toHaveProperty('maxAge');
    expect(rest).not.toHaveProperty('expires');
    const gone = { name: NAME, value: '', path: '/', secure: true, httpOnly: true };
    const ask = { cookie: `${NAME}=${value}` };
    const logout = await gateway.send('mutation { logout { __typename } }', {}, ask);
    expect(cookieOf(logout)).toMatchObject(gone);
    expect(cookieOf(logout).expires?.getTime()).toBeLessThan(Date.now());
    const refused = await gateway.ask(RefreshDocument, {}, ask);
    expectType(refused.data.refresh, 'RefreshRejectedProblem');
    expect(refused.headers['set-cookie']).toBeUndefined();
  });
});

describe('C3: where the cookie travels across sites', () => {
  const origin = 'https://app.example.com';
  const env = { COOKIE_SAME_SITE: 'none', CORS_ORIGINS: origin };

  it('an operation with it needs the token of its session', async () => {
    const gateway = await testGateway({ env: productionSettings(env) });
    const email = await account(gateway);
    const { answer } = await signIn(gateway, email, true, { headers: { origin } });
    const cookie = cookieOf(answer);
    expect(cookie).toMatchObject({ name: NAME, sameSite: 'None', secure: true, httpOnly: true });
    const other = cookieOf((await signIn(gateway, email, true)).answer);
    const csrfOf = async (value: string | null) => {
      const ask = value === null ? {} : { cookie: `${NAME}=${value}` };
      return String((await gateway.send('{ csrfToken }', {}, ask)).data?.csrfToken);
    };
    const refresh = async (token?: string) => {
      const headers = { origin, ...(token === undefined ? {} : { 'x-csrf-token': token }) };
      const answer = await gateway.ask(RefreshDocument, {}, { cookie: `${NAME}=${cookie.value}`, headers });
      return answer.status === 200 ? answer.data.refresh.__typename : answer.status;
    };
    const own = await csrfOf(cookie.value);
    const changed = `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`;
    const wrong = [undefined, '', 'x', changed, await csrfOf(null), await csrfOf(other.value), cookie.value];
    for (const token of wrong) expect(await refresh(token), token).toBe(403);
    expect(await refresh(own)).toBe('RefreshSuccess');
  });

  it('reads with it and operations without it need none', async () => {
    const gateway = await testGateway({ env: productionSettings(env) });
    const email = await account(gateway);
    const cookie = `${NAME}=${cookieOf((await signIn(gateway, email, true)).answer).value}`;
    expect((await gateway.send('{ authConfig { codeLength } }', {}, { cookie, headers: { origin } })).status).toBe(200);
    expect((await gateway.send('mutation { logout { __typename } }', {}, { headers: { origin } })).status).toBe(200);
    expect((await gateway.send('mutation { logout { __typename } }', {}, { cookie })).status).toBe(403);
  });
});

describe('G1: in production', () => {
  it.each([
    ['the usual query', getIntrospectionQuery()],
    ['a type', '{ __type(name: "User") { name } }'],
    ['an alias', '{ x: __schema { y: types { z: name } } }'],
    ['a fragment', '{ ...f } fragment f on Query { __schema { types { name } } }'],
  ])('introspection is refused by %s, and names no type', async (_how, query) => {
    const gateway = await testGateway({ env: productionSettings() });
    const { status, data, body } = await gateway.send(query);
    expect(status).toBe(400);
    expect(data).toBeNull();
    expect(body).not.toMatch(/"(types|queryType|fields)":|AuthSession/);
  });

  it('nothing is suggested, and no page or mailbox of development is served', async () => {
    const gateway = await testGateway({ env: productionSettings() });
    expect((await gateway.send('{ mee { id } }')).body).not.toMatch(/did you mean|"me"/i);
    for (const url of ['/ide', '/dev/mail', '/dev/mail.json', '/graphiql', '/playground']) {
      expect((await gateway.inject({ url })).statusCode, url).toBe(404);
    }
    const sdl = await gateway.send('{ _service { sdl } }');
    expect(sdl.errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(sdl.body).not.toContain('type ');
  });

  it('C4: pages of this machine are foreign, and our own address is not', async () => {
    const gateway = await testGateway({ env: productionSettings() });
    const status = async (origin: string) =>
      (await gateway.send('mutation { logout { __typename } }', {}, { headers: { origin } })).status;
    expect(await status('http://localhost:5173')).toBe(403);
    expect(await status(PUBLIC_ORIGIN.replace('https', 'http'))).toBe(403);
    expect(await status(PUBLIC_ORIGIN)).toBe(200);
  });
});

describe('G5: in production', () => {
  const ROUTER_SECRET = randomBytes(32).toString('base64url');
  const REFUSED = 'The operation or its variables do not match the schema of this API.';
  const words = (count: number, real: string[]) =>
    Array.from({ length: count }, (_, index) => real[index] ?? `madeUp${index}`).join(' ');
  const input = 'mutation ($input: LoginInput!) { login(input: $input) { __typename } }';
  const misfits: [string, string, unknown?][] = [
    ['fields, all made up', `{ ${words(20, [])} }`],
    ['fields, some real', `{ ${words(20, ['me { id }', 'csrfToken', 'authConfig { codeLength }'])} }`],
    ['a selection that is missing', '{ me }'],
    ['a selection too many', '{ csrfToken { x } }'],
    ['an argument', '{ me(secretArgument: 1) { id } }'],
    ['an argument that is missing', 'mutation { login { __typename } }'],
    ['a field of an input', 'mutation { login(input: { hidden: true }) { __typename } }'],
    ['a type', 'query ($x: UserInput) { me { id } }'],
    ['a fragment', '{ me { ... on Admin { id } } }'],
    ['a member of a union', 'mutation { logout { ... on User { id } } }'],
    [
      'a value of an enum',
      'mutation { login(input: { identifier: "a", password: "b", tokenDelivery: X }) { __typename } }',
    ],
    ['a directive', '{ me @hidden { id } }'],
    ['a variable that is missing', input],
    ['a variable with an unknown field', input, { input: { identifier: 'a', password: 'b', hidden: 1 } }],
    ['a variable of the wrong kind', input, { input: { identifier: 5, password: [] } }],
    ['a variable with a wrong enum', input, { input: { identifier: 'a', password: 'b', tokenDelivery: 'X' } }],
  ];

  it('what does not fit the schema is answered alike to strangers, and in detail to admins, the router and the log', async () => {
    const gateway = await testGateway({
      env: productionSettings({
        ROUTER_SECRET,
        RATE_LIMITS: 'login=1000/1h,login:account=200/1h',
        // By default an admin of production is one only with a second factor, which is tested elsewhere.
        TWO_FACTOR_REQUIRED_ROLES: 'auditor',
      }),
    });
    const email = await account(gateway);
    const user = (await signIn(gateway, email, false)).tokens.accessToken;
    const promote = { name: 'promote', text: "UPDATE users SET role = 'admin' WHERE email = $1" };
    await gateway.dependencies.query(promote, [email]);
    const admin = (await signIn(gateway, email, false)).tokens.accessToken;
    for (const [what, query, variables] of misfits) {
      for (const ask of [{}, { token: user }, { headers: { 'x-router-secret': 'guess' } }]) {
        const { status, errors, headers } = await gateway.send(query, variables, ask);
        expect(status, what).toBe(400);
        expect(errors, what).toEqual([{ message: REFUSED, extensions: { code: expect.any(String) } }]);
        const logged = gateway.logLines.filter((line) => line.includes(String(headers['x-request-id'])));
        expect(logged.join(), what).toMatch(/"reasons":\[\{"message":"(?!The operation or)/);
      }
      for (const ask of [{ token: admin }, { headers: { 'x-router-secret': ROUTER_SECRET } }]) {
        const { status, errors } = await gateway.send(query, variables, ask);
        expect(status, what).toBe(400);
        expect(errors[0]?.message, what).not.toBe(REFUSED);
      }
    }
  });

  it('a secret in the place of a name stays out of the log', async () => {
    const gateway = await testGateway({ env: productionSettings() });
    for (const query of [
      '{ Canary-1234 }',
      '{ Canary1234 }',
      '{ me(Canary1234: 1) { id } }',
      '{ me { ...Canary1234 } }',
    ]) {
      expect((await gateway.send(query)).status).toBe(400);
    }
    await gateway.send('mutation ($Canary1234: LoginInput!) { login(input: $Canary1234) { __typename } }');
    expect(gateway.logLines.join('')).toContain('Cannot query field');
    expect(gateway.logLines.join('')).not.toContain('Canary');
  });

  it('limits and syntax say what they are', async () => {
    const gateway = await testGateway({ env: productionSettings() });
    const aliases = Array.from({ length: 16 }, (_, index) => `a${index}: __typename`).join(' ');
    expect((await gateway.send(`{ ${aliases} }`)).errors[0]?.message).toMatch(/aliases/i);
    expect((await gateway.send('{ me { id }')).errors[0]?.message).toMatch(/^Syntax Error/);
    expect((await gateway.send('{ __schema { types { name } } }')).errors[0]?.message).toMatch(/introspection/i);
    expect((await gateway.send('subscription { x }')).errors[0]?.message).toMatch(/subscriptions/i);
  });
});
