import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type AuthSession,
  type AuthSessionOptions,
  createAuthLink,
  createAuthSession,
  createGatehouseClient,
} from '../../packages/apollo-client/src/index.js';
import { LOGIN, ME, memoryStore } from '../support/apollo-sessions.js';
import { sharedGateway } from '../support/app.js';
import { countingFetch } from '../support/counting-fetch.js';
import { loggedIn, PASSWORD, verifiedUser } from '../support/journey.js';

const gateway = await sharedGateway({ worker: true, env: { ACCESS_TOKEN_TTL: '30s' } });
const uri = `${await gateway.app.http.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
afterAll(() => gateway.close());

/** A session that ends with the test. */
function sessionOf(options: Partial<AuthSessionOptions>): AuthSession {
  const session = createAuthSession({ uri, tabs: false, ...options });
  onTestFinished(() => session.close());
  return session;
}

function clientOf(session: AuthSession, send: typeof fetch) {
  return createGatehouseClient({ uri, session, link: new HttpLink({ uri, fetch: send }) }).client;
}

describe('a session with a token store, against the gateway', () => {
  test('a cold start needs one refresh, and ten operations at once need no second one', async () => {
    const { email, id } = await verifiedUser(gateway);
    const { refreshToken } = await loggedIn(gateway, email);
    const { fetch, sent } = countingFetch();
    const store = memoryStore(refreshToken);
    const client = clientOf(sessionOf({ delivery: { tokens: store }, fetch }), fetch);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.query<{ me: { id: string } }>({ query: ME, fetchPolicy: 'no-cache' })),
    );
    expect(answers.map(({ data }) => data?.me.id)).toEqual(Array(10).fill(id));
    expect(sent.filter((name) => name === 'GatehouseRefresh')).toHaveLength(1);
    expect(store.token).not.toBe(refreshToken);
  });

  test('without a token nothing is sent, and the user is signed out', async () => {
    const { fetch, sent } = countingFetch();
    const session = sessionOf({ delivery: { tokens: memoryStore(null) }, fetch });
    expect(await session.restore()).toEqual({ status: 'signedOut', reason: 'no-session' });
    expect(sent).toEqual([]);
  });

  test('a sign-in is taken up, with a document that selects nothing of it', async () => {
    const { email } = await verifiedUser(gateway);
    const { fetch, sent } = countingFetch();
    const store = memoryStore(null);
    const session = sessionOf({ delivery: { tokens: store }, fetch });
    const client = clientOf(session, fetch);
    const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' };
    const { data } = await client.mutate({ mutation: LOGIN, variables: { input } });
    expect(data).toEqual({ login: { __typename: 'LoginSuccess' } });
    expect(session.getState().status).toBe('signedIn');
    expect(store.token).toEqual(expect.any(String));
    await client.query({ query: ME });
    expect(sent).toEqual(['Login', 'Me']);
  });
});

describe('a session with a cookie, against the gateway', () => {
  test('signs in, restores in another tab, and is signed out in both', async () => {
    const { email, id } = await verifiedUser(gateway);
    const { fetch, sent } = countingFetch();
    const [first, second] = [sessionOf({ fetch, tabs: true }), sessionOf({ fetch, tabs: true })];
    const client = clientOf(first, fetch);
    await client.mutate({ mutation: LOGIN, variables: { input: { identifier: email, password: PASSWORD } } });
    expect(await second.restore()).toMatchObject({ status: 'signedIn', claims: { sub: id } });
    expect(sent).toEqual(['Login']);
    await first.signOut();
    await expect.poll(() => second.getState()).toEqual({ status: 'signedOut', reason: 'logout-elsewhere' });
    expect(await sessionOf({ fetch }).restore()).toEqual({ status: 'signedOut', reason: 'no-session' });
  });

  test('an own client without the package around it works with the link alone', async () => {
    const { email, id } = await verifiedUser(gateway);
    const { fetch } = countingFetch();
    const session = sessionOf({ fetch });
    const link = createAuthLink(session).concat(new HttpLink({ uri, fetch }));
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    await client.mutate({ mutation: LOGIN, variables: { input: { identifier: email, password: PASSWORD } } });
    const { data } = await client.query<{ me: { id: string } }>({ query: ME });
    expect(data?.me.id).toBe(id);
  });
});

/** A signed-in client whose access token the gateway refuses, although it looks fresh. */
async function clientWithRefusedToken() {
  const { email } = await verifiedUser(gateway);
  const browser = countingFetch();
  const session = sessionOf({ fetch: browser.fetch });
  const client = clientOf(session, browser.fetch);
  await client.mutate({ mutation: LOGIN, variables: { input: { identifier: email, password: PASSWORD } } });
  const token = await session.token();
  let isRefused = true;
  const send: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (isRefused && headers.get('authorization') === `Bearer ${token}`) {
      headers.set('authorization', `Bearer ${token?.slice(0, -4)}AAAA`);
    }
    return browser.fetch(input, { ...init, headers });
  };
  browser.sent.length = 0;
  const accept = () => {
    isRefused = false;
  };
  return { client: clientOf(session, send), session, sent: browser.sent, accept };
}

describe('UNAUTHENTICATED as a member, from the gateway', () => {
  test.each([
    ['is selected', '... on AuthProblem { code }'],
    ['is not selected', '__typename'],
    ['is aliased', '... on AuthProblem { reason: code }'],
  ])('when its code %s, the operation is repeated once with a new token', async (_, selection) => {
    const { client, sent } = await clientWithRefusedToken();
    const mutation = gql`mutation Rename($input: UpdateProfileInput!) { updateProfile(input: $input) { ${selection} ... on ProfileUpdated { user { id displayName } } } }`;
    const { data } = await client.mutate({ mutation, variables: { input: { displayName: 'Ada' } } });
    expect(data).toMatchObject({ updateProfile: { user: { displayName: 'Ada' } } });
    expect(JSON.stringify(data)).not.toContain('gatehouse');
    expect(sent).toEqual(['Rename', 'GatehouseRefresh', 'Rename']);
  });

  test('a mutation of which one field succeeded is not repeated', async () => {
    const { client, sent } = await clientWithRefusedToken();
    const mutation = gql`
      mutation Two($input: UpdateProfileInput!, $email: String!) {
        resendVerification(input: { email: $email }) {
          __typename
        }
        updateProfile(input: $input) {
          ... on AuthProblem {
            code
          }
        }
      }
    `;
    const variables = { input: { displayName: 'Ada' }, email: 'nobody@example.com' };
    const { data } = await client.mutate({ mutation, variables });
    expect(data).toMatchObject({
      resendVerification: { __typename: 'MailAccepted' },
      updateProfile: { code: 'UNAUTHENTICATED' },
    });
    expect(sent).toEqual(['Two']);
  });

  test('a mutation of which both fields were refused is repeated', async () => {
    const { client, sent } = await clientWithRefusedToken();
    const mutation = gql`
      mutation Both {
        one: updateProfile(input: { displayName: "Ada" }) {
          __typename
        }
        two: updateProfile(input: { displayName: "Ada Lovelace" }) {
          __typename
        }
      }
    `;
    const { data } = await client.mutate({ mutation });
    expect(data).toEqual({ one: { __typename: 'ProfileUpdated' }, two: { __typename: 'ProfileUpdated' } });
    expect(sent).toEqual(['Both', 'GatehouseRefresh', 'Both']);
  });

  test('a query that was refused is repeated with a new token', async () => {
    const { client, sent } = await clientWithRefusedToken();
    const { data } = await client.query({ query: ME });
    expect(data).toMatchObject({ me: { id: expect.any(String) } });
    expect(sent).toEqual(['Me', 'GatehouseRefresh', 'Me']);
  });

  test('a renewed token is used from then on', async () => {
    const { client, session, sent, accept } = await clientWithRefusedToken();
    accept();
    await session.renew();
    sent.length = 0;
    await client.query({ query: ME, fetchPolicy: 'network-only' });
    expect(sent).toEqual(['Me']);
  });
});
