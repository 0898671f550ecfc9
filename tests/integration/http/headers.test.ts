import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';

type InjectOptions = Exclude<Parameters<TestGateway['inject']>[0], string>;
type Response = Awaited<ReturnType<TestGateway['inject']>>;

const EXPECTED: Record<string, string> = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-xss-protection': '0',
  'cache-control': 'no-store',
};

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { RATE_LIMITS: 'csrfToken=1/1h' } });
  const { accessTokens } = gateway.dependencies;
  const verify = accessTokens.verify;
  accessTokens.verify = (token) => (token === 'sabotage' ? Promise.reject(new Error('sabotage')) : verify(token));
  await gateway.send('{ csrfToken }');
});
afterAll(() => gateway.close());

const post = (payload: unknown, headers: Record<string, string> = {}): InjectOptions => ({
  method: 'POST',
  url: '/graphql',
  headers: { 'content-type': 'application/json', ...headers },
  payload: payload as object,
});
const me = { query: '{ me { id } }' };

it.each<[number, string, InjectOptions]>([
  [200, 'an answer', post(me)],
  [200, 'health', { url: '/health/live' }],
  [200, 'metrics', { url: '/metrics' }],
  [200, 'mails', { url: '/dev/mail.json' }],
  [204, 'a preflight', { method: 'OPTIONS', url: '/graphql', headers: { origin: 'http://localhost:5173' } }],
  [400, 'a refused document', post({ query: '{ nonsense }' })],
  [400, 'no JSON', post('{"query":')],
  [400, 'prototype keys', post('{"query":"{ me { id } }","__proto__":{}}')],
  [403, 'a foreign page', post({ query: 'mutation { logout { __typename } }' }, { origin: 'https://evil.example' })],
  [404, 'an unknown address', { url: '/nothing' }],
  [404, 'an unknown mail', { url: '/dev/mail/html/nothing' }],
  [405, 'a wrong method', { url: '/graphql' }],
  [406, 'a wrong wish', post(me, { accept: 'text/html' })],
  [413, 'a body that is too large', post(`"${'x'.repeat(200_000)}"`)],
  [415, 'another content type', post('x', { 'content-type': 'text/plain' })],
  [429, 'a limit', post({ query: '{ csrfToken }' })],
  [500, 'an internal error', post(me, { authorization: 'Bearer sabotage' })],
])('H1: %i, %s, has every security header', async (status, _what, options) => {
  const { statusCode, headers, body } = await gateway.inject(options);
  expect(statusCode, body).toBe(status);
  expect(headers).toMatchObject(EXPECTED);
  for (const name of ['x-powered-by', 'server', 'via']) expect(headers).not.toHaveProperty(name);
  expect(headers['x-request-id']).toMatch(/^[\w-]{8,64}$/);
  if (body !== '' && status !== 406) expect(headers['content-type']).toMatch(/; charset=utf-8$/);
  expect(body).not.toMatch(/node_modules|\.ts:|\.js:|fastify|apollo/i);
});

describe('H2: what an access line tells', () => {
  const lineOf = (response: Response) =>
    gateway.logLines
      .map((line) => JSON.parse(line))
      .find((line) => line.requestId === response.headers['x-request-id']);

  it('is the path without the query, and no header', async () => {
    for (const url of [
      '/graphql?token=canary-1&query=x',
      '/nothing?access_token=canary-2',
      '/verify-email?token=canary-3',
    ]) {
      const headers = {
        authorization: 'Bearer canary-4',
        cookie: 'gatehouse-refresh=canary-5',
        'x-csrf-token': 'canary-6',
      };
      const response = await gateway.inject({ url, headers });
      expect(lineOf(response)).toMatchObject({ method: 'GET', path: url.split('?')[0], status: response.statusCode });
    }
    expect(gateway.logLines.join('')).not.toContain('canary');
  });

  it('is one line, whatever the address holds', async () => {
    const before = gateway.logLines.length;
    await gateway.inject({ url: '/x%0d%0a%7b%22level%22%3a50%7d%1b[2J' });
    expect(gateway.logLines.length).toBe(before + 1);
    expect(gateway.logLines.at(-1)?.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});

describe('the request id', () => {
  it('is the caller’s where it is well-formed', async () => {
    const { headers } = await gateway.inject({ url: '/health/live', headers: { 'x-request-id': 'abc-DEF_12345' } });
    expect(headers['x-request-id']).toBe('abc-DEF_12345');
  });

  it.each(['short', 'x'.repeat(65), 'with blanks in it', 'quote"quote"quote', '{"level":50}', 'ünïcödé-ünïcödé', ''])(
    'is our own where the caller’s is %j',
    async (given) => {
      const { headers } = await gateway.inject({ url: '/health/live', headers: { 'x-request-id': given } });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    },
  );
});

describe('G1: what strangers could ask of the server itself', () => {
  it.each([
    ['a landing page', { url: '/graphql', headers: { accept: 'text/html' } }],
    ['a trace', post(me, { 'apollo-federation-include-trace': 'ftv1' })],
    ['a persisted query', post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } })],
    ['to keep a query', post({ ...me, extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } })],
  ])('%s is not given', async (_what, options) => {
    const { body, headers } = await gateway.inject(options);
    expect(String(headers['content-type'])).not.toContain('html');
    expect(body).not.toMatch(/ftv1|PersistedQueryNotFound|sandbox/i);
  });
});

it('the keys may be kept for a while by anybody, and come without credentials', async () => {
  const own = await testGateway({ env: { CORS_ORIGINS: 'https://app.example.com' } });
  await own.dependencies.keyRing.active();
  for (const origin of [undefined, 'https://app.example.com', 'https://evil.example']) {
    const { headers, body } = await own.inject({ url: '/.well-known/jwks.json', headers: origin ? { origin } : {} });
    expect(headers['cache-control']).toMatch(/^public, max-age=\d+$/);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(headers['content-type']).toMatch(/^application\/(jwk-set\+)?json; charset=utf-8$/);
    expect(JSON.parse(body).keys).toHaveLength(1);
    expect(Object.keys(JSON.parse(body).keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  }
});
