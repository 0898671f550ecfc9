import { afterAll, expect, test } from 'vitest';
import { readSession, sessionMiddleware, sessionProxy } from '../../packages/apollo-client/src/next/index.js';
import { sharedGateway } from '../support/app.js';
import { PASSWORD, verifiedUser } from '../support/journey.js';

const issuer = 'http://localhost:4000';
const gateway = await sharedGateway({ worker: true, env: { APP_URL: 'https://app.example.com', PUBLIC_URL: issuer } });
const address = await gateway.app.http.listen({ host: '127.0.0.1', port: 0 });
afterAll(() => gateway.close());
const jwksUri = `${address}/.well-known/jwks.json`;
const proxy = sessionProxy({ gateway: `${address}/graphql` });

const LOGIN =
  'mutation Login($input: LoginInput!) { login(input: $input) { __typename ... on LoginSuccess { tokens { accessToken expiresIn } } } }';

/** The cookies of a browser after an answer. */
function jarOf(response: Response, before: Record<string, string> = {}): Record<string, string> {
  const jar = { ...before };
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === '') delete jar[name];
    else jar[name] = value;
  }
  return jar;
}

const headerOf = (jar: Record<string, string>) =>
  Object.entries(jar)
    .map((pair) => pair.join('='))
    .join('; ');
const readerOf = (jar: Record<string, string>) => ({
  get: (name: string) => (jar[name] === undefined ? undefined : { value: jar[name] }),
});

function ask(query: string, variables: unknown, jar: Record<string, string> = {}): Promise<Response> {
  return proxy.POST(
    new Request('https://app.example.com/api/gatehouse/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://app.example.com', cookie: headerOf(jar) },
      body: JSON.stringify({ query, variables }),
    }),
  );
}

async function signedIn() {
  const { email, id } = await verifiedUser(gateway);
  const response = await ask(LOGIN, { input: { identifier: email, password: PASSWORD } });
  return { id, response, jar: jarOf(response) };
}

/** A stand-in for NextResponse, which only Next.js has: it shows what the render would receive. */
class Rendered extends Response {
  seen: Headers | undefined;
  static next(init?: { request?: { headers?: Headers } }): Rendered {
    const response = new Rendered(null);
    response.seen = init?.request?.headers;
    return response;
  }
}

const middleware = sessionMiddleware({ gateway: `${address}/graphql`, NextResponse: Rendered });
const navigate = (
  jar: Record<string, string>,
  headers: Record<string, string> = {},
  url = 'https://app.example.com/',
) => middleware(new Request(url, { headers: { cookie: headerOf(jar), ...headers } }));

test('a sign-in through the proxy sets the refresh cookie and a cookie that the server can verify', async () => {
  const { id, response, jar } = await signedIn();
  expect(Object.keys(jar)).toEqual(expect.arrayContaining(['gatehouse-refresh', 'gatehouse-access']));
  const cookie = response.headers.getSetCookie().find((header) => header.startsWith('gatehouse-access='));
  expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
  expect(await readSession(Promise.resolve(readerOf(jar)), { issuer, jwksUri })).toMatchObject({
    sub: id,
    role: 'user',
  });
});

test('a token of another issuer, another audience or with another signature is nobody', async () => {
  const { jar } = await signedIn();
  const forged = { 'gatehouse-access': `${jar['gatehouse-access']?.slice(0, -4)}AAAA` };
  expect(await readSession(readerOf(forged), { issuer, jwksUri })).toBeNull();
  expect(await readSession(readerOf(jar), { issuer: 'https://other.example.com', jwksUri })).toBeNull();
  expect(await readSession(readerOf(jar), { issuer, audience: 'other', jwksUri })).toBeNull();
  expect(await readSession(readerOf({}), { issuer, jwksUri })).toBeNull();
});

test('keys that cannot be fetched are an error and sign nobody out', async () => {
  const { jar } = await signedIn();
  await expect(readSession(readerOf(jar), { issuer, jwksUri: `${address}/nowhere` })).rejects.toThrow();
});

test('a logout removes both cookies', async () => {
  const { jar } = await signedIn();
  const response = await ask('mutation { logout { __typename } }', {}, jar);
  expect(jarOf(response, jar)).not.toHaveProperty('gatehouse-refresh');
  expect(jarOf(response, jar)).not.toHaveProperty('gatehouse-access');
});

test('a page of another origin is refused', async () => {
  const { jar } = await signedIn();
  const request = new Request('https://app.example.com/api/gatehouse/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://evil.example.com', cookie: headerOf(jar) },
    body: JSON.stringify({ query: 'mutation { logout { __typename } }' }),
  });
  expect((await proxy.POST(request)).status).toBe(403);
});

test('only the GraphQL endpoint is reached, and a gateway that is down is 502', async () => {
  const other = new Request('https://app.example.com/api/gatehouse/admin');
  expect((await proxy.GET(other)).status).toBe(404);
  const down = sessionProxy({ gateway: 'http://127.0.0.1:9/graphql' });
  const request = new Request('https://app.example.com/api/gatehouse/graphql', { method: 'POST', body: '{}' });
  expect((await down.POST(request)).status).toBe(502);
});

test('the middleware renews once, before the page renders, and hands the new token to it', async () => {
  const { id, jar } = await signedIn();
  const { 'gatehouse-access': _, ...rest } = jar;
  const response = await navigate(rest);
  const kept = jarOf(response, rest);
  expect(response.seen?.get('cookie')).toContain(`gatehouse-access=${kept['gatehouse-access']}`);
  expect(await readSession(readerOf(kept), { issuer, jwksUri })).toMatchObject({ sub: id });
  expect(kept['gatehouse-refresh']).not.toBe(rest['gatehouse-refresh']);
  const again = await navigate(kept);
  expect(again.seen).toBeUndefined();
  expect(again.headers.getSetCookie()).toEqual([]);
});

test.each<Record<string, string>>([
  {},
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': 'cross-site' }, // a link on another site
  { 'sec-fetch-site': 'cross-site', origin: 'null' },
])('the middleware renews where Next.js names its inner address, with %o', async (browser) => {
  const { id, jar } = await signedIn();
  const { 'gatehouse-access': _, ...rest } = jar;
  const headers = { host: 'app.example.com', 'x-forwarded-proto': 'https', ...browser };
  const kept = jarOf(await navigate(rest, headers, 'http://web-1:3000/'), rest);
  expect(await readSession(readerOf(kept), { issuer, jwksUri })).toMatchObject({ sub: id });
  expect(kept['gatehouse-refresh']).not.toBe(rest['gatehouse-refresh']);
});

test('the middleware does nothing for a prefetch, and for a visitor without a session', async () => {
  const { jar } = await signedIn();
  const { 'gatehouse-access': _, ...rest } = jar;
  expect((await navigate(rest, { 'next-router-prefetch': '1' })).headers.getSetCookie()).toEqual([]);
  expect((await navigate({ theme: 'dark' })).headers.getSetCookie()).toEqual([]);
});

test('the middleware renders as nobody after the session has ended', async () => {
  const { jar } = await signedIn();
  await ask('mutation { logout { __typename } }', {}, jar);
  const { 'gatehouse-access': _, ...rest } = jar;
  const response = await navigate({ ...rest, theme: 'dark' });
  expect(response.seen?.get('cookie')).not.toContain('gatehouse-access');
  expect(response.headers.getSetCookie().at(-1)).toMatch(/^gatehouse-access=; Max-Age=0/);
});
