import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { Observable, of } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { type AuthLinkOptions, createAuthLink } from '../src/index.js';
import { fakeSession, problem } from '../src/testing/index.js';
import { fakeBrowser } from './support/browser.js';
import { during } from './support/during.js';
import { ADA, gatewayOf, LOGIN, ME, openTab } from './support/tab.js';

type Headers = Record<string, string>;

/** A client whose answers a test gives, one after the other; the last one is repeated. */
function clientOf(answers: ApolloLink.Result[], options: AuthLinkOptions = {}, session = fakeSession()) {
  const headers: Headers[] = [];
  const end = new ApolloLink((operation) => {
    headers.push({ ...operation.getContext().headers });
    return of(answers[Math.min(headers.length, answers.length) - 1] as ApolloLink.Result);
  });
  const link = createAuthLink(session, options).concat(end);
  return { session, headers, client: new ApolloClient({ link, cache: new InMemoryCache() }) };
}

const refused = { data: null, errors: [{ message: 'Rejected', extensions: { code: 'UNAUTHENTICATED' } }] };
const me = { data: { me: { __typename: 'User', id: 'user-1', email: 'ada@example.com' } } };
const RENAME = gql`
  mutation Rename {
    updateProfile(input: { displayName: "Ada" }) {
      __typename
    }
  }
`;
const renamed = { data: { updateProfile: { __typename: 'ProfileUpdated' } } };

test('a query carries the token of now, and one without a user carries none', async () => {
  const { client, session, headers } = clientOf([me]);
  await client.query({ query: ME, context: { headers: { Authorization: 'Bearer old', 'x-app': '1' } } });
  expect(headers[0]).toEqual({ authorization: `Bearer ${await session.token()}`, 'x-app': '1' });
  session.become({ status: 'signedOut', reason: 'logout' });
  await client.query({ query: ME, fetchPolicy: 'network-only', context: { headers: { authorization: 'Bearer old' } } });
  expect(headers[1]).toEqual({});
});

test('a query is refused at most twice', async () => {
  const { client, headers } = clientOf([refused]);
  await expect(client.query({ query: ME })).rejects.toMatchObject({ errors: refused.errors });
  expect(headers).toHaveLength(2);
});

test('a public operation does not wait for the restoring, and carries no token', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  const tab = openTab(gateway);
  gateway.latencyMs = 500;
  void tab.session.restore();
  const config = tab.client.mutate({
    mutation: gql`mutation { signup(input: { email: "x", password: "y" }) { __typename } }`,
  });
  expect((await during(config)).data).toEqual({ signup: { __typename: 'SignupAccepted' } });
  expect(gateway.requests[0]).toBe('signup');
});

test('what is public can be told by the app', async () => {
  const { client, headers } = clientOf([me], { isPublic: () => true });
  await client.query({ query: ME });
  expect(headers[0]).toEqual({});
});

test('a mutation that another subgraph answered is repeated only for a query error', async () => {
  const mutation = gql`
    mutation Mixed {
      buy {
        __typename
      }
      updateProfile(input: { displayName: "Ada" }) {
        __typename
      }
    }
  `;
  const denied = { ...problem('UNAUTHENTICATED'), gatehouseCode: 'UNAUTHENTICATED' };
  const half = clientOf([{ data: { buy: { __typename: 'Bought' }, updateProfile: denied } }]);
  await half.client.mutate({ mutation });
  expect(half.headers).toHaveLength(1);
  const errors = [{ message: 'No', path: ['buy'], extensions: { code: 'UNAUTHENTICATED' } }];
  const all = clientOf([
    { data: { buy: null, updateProfile: denied }, errors },
    { data: { buy: { __typename: 'Bought' }, updateProfile: { __typename: 'ProfileUpdated' } } },
  ]);
  await all.client.mutate({ mutation });
  expect(all.headers).toHaveLength(2);
});

test.each([
  [{ updateProfile: { __typename: 'ProfileUpdated' } }, 1],
  [{ __typename: 'Mutation', updateProfile: null }, 2],
  [null, 2],
  [undefined, 2],
])('a mutation that a router refuses without a path, with data %j, is sent %i times', async (data, count) => {
  const errors = refused.errors;
  const { client, headers } = clientOf([{ data, errors } as ApolloLink.Result, renamed]);
  await client.mutate({ mutation: RENAME, errorPolicy: 'all' });
  expect(headers).toHaveLength(count);
});

test('a problem that a router lists outside of the data is seen', async () => {
  const listed = { ...renamed, extensions: { problems: [{ path: ['updateProfile'], code: 'UNAUTHENTICATED' }] } };
  const { client, headers } = clientOf([listed, renamed], { addFields: false });
  await client.mutate({ mutation: RENAME });
  expect(headers).toHaveLength(2);
});

test.each([
  ['with the code', { adminUnlockUser: problem('UNAUTHENTICATED') }, {}],
  [
    'by the list of the gateway',
    { adminUnlockUser: { __typename: 'AuthAccessProblem' } },
    { problems: [{ path: ['adminUnlockUser'], code: 'UNAUTHENTICATED' }] },
  ],
])('an operation of administration that is refused %s is repeated', async (_, data, extensions) => {
  const mutation = gql`mutation { adminUnlockUser(input: {}) { __typename ... on AuthProblem { code } } }`;
  const { client, headers } = clientOf([
    { data, extensions },
    { data: { adminUnlockUser: { __typename: 'AdminUserUpdated' } } },
  ]);
  expect((await client.mutate({ mutation })).data).toEqual({ adminUnlockUser: { __typename: 'AdminUserUpdated' } });
  expect(headers).toHaveLength(2);
});

test('a response with status 401 is repeated, and a failed fetch is NETWORK', async () => {
  for (const [error, expected] of [
    [Object.assign(new Error('401'), { statusCode: 401 }), undefined],
    [new TypeError('Failed to fetch'), { code: 'NETWORK' }],
  ] as const) {
    let count = 0;
    const end = new ApolloLink(
      () =>
        new Observable((observer) => {
          if (count++ === 0) return observer.error(error);
          observer.next(me);
          observer.complete();
        }),
    );
    const link = createAuthLink(fakeSession()).concat(end);
    const query = new ApolloClient({ link, cache: new InMemoryCache() }).query({ query: ME });
    if (expected) await expect(query).rejects.toMatchObject(expected);
    else expect((await query).data).toEqual(me.data);
  }
});

test('results with more to come pass through as they are', async () => {
  const results: unknown[] = [];
  const end = new ApolloLink(() => of({ data: refused.data, hasNext: true }, { ...me, hasNext: false }) as never);
  const session = fakeSession();
  const link = createAuthLink(session).concat(end);
  const client = new ApolloClient({ link: ApolloLink.empty(), cache: new InMemoryCache() });
  await new Promise<void>((complete) => {
    ApolloLink.execute(link, { query: ME }, { client }).subscribe({ next: (result) => results.push(result), complete });
  });
  expect(results).toEqual([
    { data: null, hasNext: true },
    { ...me, hasNext: false },
  ]);
});

test('REAUTHENTICATION_REQUIRED repeats once if the user was verified', async () => {
  const required = { data: { updateProfile: problem('REAUTHENTICATION_REQUIRED') } };
  const onReauthenticate = vi.fn(async () => true);
  const first = clientOf([required, renamed], { onReauthenticate });
  expect((await first.client.mutate({ mutation: RENAME })).data).toEqual(renamed.data);
  const second = clientOf([required], { onReauthenticate });
  await second.client.mutate({ mutation: RENAME });
  expect([first.headers.length, second.headers.length, onReauthenticate.mock.calls.length]).toEqual([2, 2, 2]);
});

test('an operation that is cancelled is not repeated, and gives the lock back', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  const tab = openTab(gateway);
  await during(tab.login(ADA));
  gateway.latencyMs = 1000;
  const { client } = tab;
  const subscription = ApolloLink.execute(
    client.link,
    { query: LOGIN, variables: { input: {} } },
    { client },
  ).subscribe({});
  await vi.advanceTimersByTimeAsync(100);
  subscription.unsubscribe();
  gateway.latencyMs = 0;
  expect(await during(tab.session.renew(), 100)).toBe('renewed');
});

test('an outer link that repeats an operation gets its answers without added fields, too', async () => {
  const results: ApolloLink.Result[] = [];
  const repeat = new ApolloLink((operation, forward) => {
    forward(operation).subscribe();
    return forward(operation);
  });
  const end = new ApolloLink(() =>
    of({ data: { updateProfile: { ...problem('CONFLICT'), gatehouseCode: 'CONFLICT' } } }),
  );
  const link = repeat.concat(createAuthLink(fakeSession())).concat(end);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  await new Promise<void>((complete) => {
    ApolloLink.execute(link, { query: RENAME }, { client }).subscribe({
      next: (result) => results.push(result),
      complete,
    });
  });
  expect(JSON.stringify(results)).not.toContain('gatehouse');
});

test('turning the second factor on renews the token, whose claims tell it', async () => {
  const answer = { data: { confirmTotp: { __typename: 'RecoveryCodes', codes: ['1'] } } };
  const { client, session } = clientOf([answer]);
  const renew = vi.spyOn(session, 'renew');
  await client.mutate({
    mutation: gql`mutation { confirmTotp(input: { code: "1" }) { __typename ... on RecoveryCodes { codes } } }`,
  });
  expect(renew).toHaveBeenCalledOnce();
});

test('a cookie that the browser does not keep is reported in the console, once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { client } = clientOf([{ ...renamed, extensions: { gatehouse: { warning: 'COOKIE_NOT_KEPT' } } }]);
  await client.mutate({ mutation: RENAME });
  await client.mutate({ mutation: RENAME });
  expect(warn.mock.calls).toEqual([[expect.stringContaining('does not keep the refresh-token cookie')]]);
});
