import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { print } from '@apollo/client/utilities';
import type { DocumentNode } from 'graphql';
import { of } from 'rxjs';
import { expect, test } from 'vitest';
import { createAuthLink, problemFields } from '../src/index.js';
import * as operations from '../src/operations/index.js';
import * as forms from '../src/react/documents.js';
import * as texts from '../src/session/documents.js';
import { fakeSession } from '../src/testing/index.js';

const { operationManifest } = operations;
const documents = Object.entries({ ...operations, ...forms } as unknown as Record<string, DocumentNode>).filter(
  ([, document]) => document.definitions?.some(({ kind }) => kind === 'OperationDefinition'),
);
const ids = new Set(operationManifest.operations.map(({ id }) => id));
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** The text that a client with the link of this package sends. */
async function sentFor(document: DocumentNode): Promise<string> {
  let sent = '';
  const end = new ApolloLink(({ query }) => {
    sent = print(query);
    return of({ data: null, errors: [{ message: 'Not asked' }] });
  });
  const link = createAuthLink(fakeSession()).concat(end);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const isQuery = document.definitions.some((part) => 'operation' in part && part.operation === 'query');
  const variables = { input: {}, id: '1' };
  await (isQuery
    ? client.query({ query: document, variables })
    : client.mutate({ mutation: document, variables })
  ).catch(() => undefined);
  return sent;
}

test.each(documents)('%s is in the list as it is sent', async (_, document) => {
  expect(ids).toContain(hash(await sentFor(document)));
});

test('the operations of the session itself are in the list, and nothing else is', () => {
  for (const text of Object.values(texts)) expect(ids).toContain(hash(text));
  expect(ids.size).toBe(documents.length + Object.keys(texts).length);
});

test('no operation is one of administration', () => {
  expect(operationManifest.operations.filter(({ body }) => /\badmin[A-Z]/.test(body))).toEqual([]);
});

test.each([
  [
    'a field without a selection of the code',
    'mutation { login(input: $input) { __typename } }',
    ['gatehouseCode: code', 'gatehouseTokens: tokens'],
  ],
  ['an alias of the code', 'mutation { logout { ... on AuthProblem { reason: code } } }', ['gatehouseCode: code']],
  ['a code in a fragment', 'mutation { logout { ...P } } fragment P on AuthProblem { code }', []],
  [
    'a code of a single problem',
    'mutation { logout { ... on AuthUnavailableProblem { code } } }',
    ['gatehouseCode: code'],
  ],
  [
    'tokens that lack a field',
    'mutation { refresh { ... on AuthProblem { code } ... on RefreshSuccess { tokens { accessToken } } } }',
    ['gatehouseTokens: tokens'],
  ],
  ['a mutation of another subgraph', 'mutation { buy { ... on BuyProblem { code } } }', []],
  ['a query', '{ me { id } }', []],
])('the fields that are added to %s', (_, text, added) => {
  const before = gql(text);
  const after = print(problemFields.transformDocument(before));
  const found = [...after.matchAll(/gatehouse\w+: \w+/g)].map(([match]) => match);
  expect(found).toEqual(added);
  if (added.length === 0) expect(problemFields.transformDocument(before)).toBe(before);
});
