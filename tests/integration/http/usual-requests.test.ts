import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedGateway, type TestGateway } from '../../support/app.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

async function post(payload: object, headers: Record<string, string> = {}) {
  const response = await gateway.inject({ method: 'POST', url: '/graphql', headers, payload });
  const { errors = [], data } = response.json() as { errors?: { message: string }[]; data?: unknown };
  const messages = errors.map(({ message }) => message);
  return { status: response.statusCode, type: response.headers['content-type'], messages, data };
}

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';
const me = { query: '{ me { id } }' };

describe('the content type of an answer', () => {
  it.each([
    [undefined, JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['application/graphql-response+json', GRAPHQL_TYPE],
    ['application/graphql-response+json, application/json;q=0.9', GRAPHQL_TYPE],
    ['application/graphql-response+json;q=0.1, application/json', JSON_TYPE],
    ['application/graphql-response+json, application/json; charset=utf-8', JSON_TYPE],
  ])('to Accept: %s is the same however often it is asked', async (accept, type) => {
    const headers: Record<string, string> = accept === undefined ? {} : { accept };
    for (let times = 0; times < 3; times += 1) {
      expect(await post(me, headers)).toEqual({ status: 200, type, messages: [], data: { me: null } });
    }
    expect(await post({ query: '{ nothing }' }, headers)).toMatchObject({ status: 400, type });
  });

  it('is rejected each time if the client accepts none', async () => {
    for (let times = 0; times < 3; times += 1) expect((await post(me, { accept: 'text/html' })).status).toBe(406);
  });
});

describe('a body that is no usual request is answered as before one was seen', () => {
  it.each<[string, object, number, string]>([
    ['no document', {}, 400, 'POST body missing'],
    ['an empty document', { query: '' }, 400, 'non-empty `query`'],
    ['a document that is a number', { query: 1 }, 400, 'must be strings'],
    ['variables in a text', { ...me, variables: '{}' }, 400, '`variables` in a POST body'],
    ['variables in a list', { ...me, variables: [] }, 400, '`variables` in a POST body'],
    ['extensions in a text', { ...me, extensions: '{}' }, 400, '`extensions` in a POST body'],
    ['a name that is a number', { ...me, operationName: 1 }, 400, '`operationName` in a POST body'],
    ['a list of operations', [me, me], 400, 'batching disabled'],
    ['a persisted query', { ...me, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }, 200, 'Persisted'],
  ])('%s', async (_what, payload, status, message) => {
    await post(me);
    const answer = await post(payload);
    expect(answer).toMatchObject({ status, type: JSON_TYPE });
    expect(answer.messages).toEqual([expect.stringContaining(message)]);
  });

  it('nulls count as left out', async () => {
    await post(me);
    const answer = await post({ ...me, variables: null, operationName: null, extensions: null });
    expect(answer).toMatchObject({ status: 200, messages: [], data: { me: null } });
  });
});

describe('an operation is answered alike before and after its document is known', () => {
  const two = 'query One { me { id } } query Other { authConfig { __typename } }';
  const take = 'query Take($first: Int!) { mySessions(first: $first) { edges { node { id } } } }';
  const foreign = { origin: 'https://elsewhere.example' };
  it.each<[string, object, number, Record<string, string>?]>([
    ['a field', { query: '{ authConfig { __typename } }' }, 200],
    ['one of two operations', { query: two, operationName: 'Other' }, 200],
    ['none of two operations', { query: two }, 400],
    ['an operation without this name', { query: two, operationName: 'Third' }, 400],
    ['a field that rejects the caller', { query: take, variables: { first: 1 } }, 200],
    ['a variable of another type', { query: take, variables: { first: 'one' } }, 400],
    ['a variable that is missing', { query: take }, 400],
    ['too high a cost', { query: take.replaceAll('Take', 'Most'), variables: { first: 100_000 } }, 200],
    ['a page of another origin', { query: 'mutation { logout { __typename } }' }, 403, foreign],
  ])('%s', async (_what, payload, status, headers = {}) => {
    await post(me);
    const send = async () => {
      const response = await gateway.inject({ method: 'POST', url: '/graphql', headers, payload });
      return { status: response.statusCode, body: response.body, type: response.headers['content-type'] };
    };
    const first = await send();
    expect(first).toMatchObject({ status, type: JSON_TYPE });
    expect([await send(), await send()]).toEqual([first, first]);
  });
});
