import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { mutationCalls } from '../../support/operation-calls.js';

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

describe('G4: each operation', () => {
  const send = async (query: string) => (await gateway.send(query, {}, { from: '198.51.100.9' })).status;
  const rows = Object.entries(operations.Mutation);

  it.each(rows.filter(([, { credential }]) => credential))('%s is one of which a document holds one', async (field) => {
    const call = mutationCalls[field];
    for (const query of [
      `mutation { a: ${call} b: ${call} }`,
      `mutation { ${call} ... on Mutation { b: ${call} } }`,
      `mutation { ${call} ...f } fragment f on Mutation { b: ${call} }`,
      `mutation { ${call} x: login${login} }`,
    ]) {
      expect([query, await send(query)]).toEqual([query, 400]);
    }
  });

  it.each(rows.filter(([, { credential }]) => !credential))('%s stands beside others of its name', async (field) => {
    const call = mutationCalls[field];
    expect(await send(`mutation { a: ${call} b: ${call} }`)).toBe(200);
    expect(await send(`mutation { ${call} x: login${login} }`)).toBe(200);
  });

  it('is one of both kinds', () => {
    expect(new Set(rows.map(([, { credential }]) => credential))).toEqual(new Set([true, false]));
  });
});
