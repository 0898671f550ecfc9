import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sharedGateway, type TestGateway } from '../../support/app.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { RATE_LIMITS: 'on' } });
});
afterAll(() => gateway.close());

const login = '(input: { identifier: "x", password: "y" }) { __typename }';
const forgot = '(input: { email: "x@example.com" }) { __typename }';
const signup = (name: string) =>
  `(input: { email: "${name}@example.com", password: "Correct-Horse-7" }) { __typename }`;

it.each<[string, string]>([
  ['two aliases', `mutation { a: login${login} b: login${login} }`],
  ['two different fields', `mutation { login${login} signup${signup('a')} }`],
  ['one and a refresh', `mutation { login${login} refresh { __typename } }`],
  ['one and a request for mail', `mutation { login${login} requestPasswordReset${forgot} }`],
  ['two requests for mail', `mutation { a: requestPasswordReset${forgot} b: requestPasswordReset${forgot} }`],
  ['an inline fragment', `mutation { login${login} ... on Mutation { b: login${login} } }`],
  ['a nested inline fragment', `mutation { login${login} ... { ... { ... { b: login${login} } } } }`],
  ['a named fragment', `mutation { login${login} ...f } fragment f on Mutation { b: login${login} }`],
  [
    'a fragment in a fragment',
    `mutation { ...f a: login${login} } fragment f on Mutation { ...g } fragment g on Mutation { b: login${login} }`,
  ],
  ['two in one fragment', `mutation { ...f } fragment f on Mutation { a: login${login} b: login${login} }`],
  ['a fragment that is spread twice', `mutation { ...f ... { ...f } } fragment f on Mutation { login${login} }`],
  ['skipped ones', `mutation { a: login${login} b: login${login.replace(') {', ') @skip(if: true) {')} }`],
  [
    'fragments in a circle',
    `mutation { ...f login${login} } fragment f on Mutation { b: login${login} ...g } fragment g on Mutation { ...f }`,
  ],
  [
    'a second operation that is not asked for',
    `mutation One { login${login} } mutation Two { a: login${login} b: login${login} }`,
  ],
])('G4: %s: 400, and nothing runs', async (_how, query) => {
  const hash = vi.spyOn(gateway.dependencies.passwordHasher, 'verify');
  const response = await gateway.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query, ...(query.includes('Two') ? { operationName: 'One' } : {}) },
  });
  expect(response.statusCode, response.body).toBe(400);
  expect(response.json().data).toBeUndefined();
  expect(response.headers.ratelimit).toBeUndefined();
  expect(hash).not.toHaveBeenCalled();
  const rows = await gateway.dependencies.query({ name: 'users', text: 'SELECT FROM users' }, []);
  expect(rows).toHaveLength(0);
  hash.mockRestore();
});

it.each<[string, string]>([
  ['one', `mutation { login${login} }`],
  ['one beside others', `mutation { logout { __typename } login${login} again: logout { __typename } }`],
  ['one in each of two operations', `mutation One { login${login} } mutation Two { login${login} }`],
  [
    'one in an unused fragment’s place',
    `mutation One { ...f } mutation Two { ...f } fragment f on Mutation { login${login} }`,
  ],
])('G4: %s is run', async (_how, query) => {
  const response = await gateway.inject({
    method: 'POST',
    url: '/graphql',
    payload: { query, ...(query.includes('Two') ? { operationName: 'One' } : {}) },
  });
  expect(response.statusCode, response.body).toBe(200);
  expect(response.body).toContain('InvalidCredentialsProblem');
});
