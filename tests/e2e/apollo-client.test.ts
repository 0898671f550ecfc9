import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type AuthSession,
  type AuthSessionOptions,
  createAuthLink,
  createAuthSession,
  createGatehouseClient,
  type TokenStore,
} from '../../packages/apollo-client/src/index.js';
import { sharedGateway } from '../support/app.js';
import { countingFetch } from '../support/counting-fetch.js';
import { loggedIn, PASSWORD, verifiedUser } from '../support/journey.js';

const gateway = await sharedGateway({ worker: true, env: { ACCESS_TOKEN_TTL: '30s' } });
const uri = `${await gateway.app.http.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
afterAll(() => gateway.close());

const ME = gql`
  query Me {
    me {
      id
    }
  }
`;
const LOGIN = gql`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      __typename
    }
  }
`;

function memoryStore(token: string | null): TokenStore & { token: string | null } {
  return {
    token,
    async get() {
      return this.token;
    },
    async set(next) {
      this.token = next;
    },
  };
}

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
