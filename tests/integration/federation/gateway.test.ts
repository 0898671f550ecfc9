import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gql, HttpLink } from '@apollo/client';
import { composeServices } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createGatehouseClient } from '../../../packages/apollo-client/src/index.js';
import { createSubgraph } from '../../../src/app.js';
import { memoryStore, openTab } from '../../support/apollo-sessions.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { countingFetch } from '../../support/counting-fetch.js';
import { loggedIn, PASSWORD, verifiedUser } from '../../support/journey.js';

const ROUTER_SECRET = randomBytes(24).toString('base64url');

const reviewsSdl = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])

  type User @key(fields: "id") {
    id: ID!
    reviews: ReviewConnection!
  }

  type Review {
    body: String!
    author: User!
  }

  type ReviewConnection {
    nodes: [Review!]!
    pageInfo: PageInfo!
  }

  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }

  type Query {
    latestReviews: [Review!]!
  }
`;

interface RouterContext {
  request?: IncomingMessage;
  response?: ServerResponse;
}

type Source = Required<RemoteGraphQLDataSource<RouterContext>>;

const FORWARDED = ['authorization', 'cookie', 'origin', 'sec-fetch-site', 'x-csrf-token', 'user-agent'];

/** Proxies of our own between the clients and the router; a test changes it. */
let proxiesInFront = 0;

/** The client's address as the outermost of our own proxies saw it: what stands further left, anybody may have written. */
function clientOf({ headers, socket }: IncomingMessage): string {
  const forwarded = headers['x-forwarded-for'];
  const seen = [...(typeof forwarded === 'string' ? forwarded.split(',') : []), socket.remoteAddress ?? ''];
  return (seen.at(-1 - proxiesInFront) ?? socket.remoteAddress ?? '').trim();
}

/** Hands on who asks, and brings back the cookie that signs a browser in. */
class AccountsSource extends RemoteGraphQLDataSource<RouterContext> {
  override willSendRequest({ request, context }: Parameters<Source['willSendRequest']>[0]) {
    request.http?.headers.set('x-router-secret', ROUTER_SECRET);
    for (const name of FORWARDED) {
      const value = context.request?.headers[name];
      if (typeof value === 'string') request.http?.headers.set(name, value);
    }
    if (context.request) request.http?.headers.set('x-forwarded-for', clientOf(context.request));
  }

  override didReceiveResponse({ response, context }: Parameters<Source['didReceiveResponse']>[0]) {
    const cookie = response.http?.headers.get('set-cookie');
    if (cookie) context.response?.setHeader('set-cookie', cookie);
    return response;
  }
}

let accounts: TestGateway;
let routerUrl: string;
let reviewsUrl: string;
let reviewed: string[] = [];
const closing: (() => Promise<unknown>)[] = [];

async function startReviews(): Promise<string> {
  const resolvers = {
    Query: { latestReviews: () => reviewed.map((id) => ({ body: 'Fine.', author: { id } })) },
    User: {
      reviews: ({ id }: { id: string }) => ({
        nodes: [{ body: 'Fine.', author: { id } }],
        pageInfo: { hasNextPage: false, hasPreviousPage: false },
      }),
    },
  };
  const schema = buildSubgraphSchema([{ typeDefs: parse(reviewsSdl), resolvers }]);
  const server = new ApolloServer({ schema, plugins: [ApolloServerPluginInlineTraceDisabled()] });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  closing.push(() => server.stop());
  return url;
}

async function startRouter(accountsUrl: string, reviewsUrl: string): Promise<string> {
  const { supergraphSdl, errors } = composeServices([
    { name: 'accounts', url: accountsUrl, typeDefs: parse(createSubgraph().sdl) },
    { name: 'reviews', url: reviewsUrl, typeDefs: parse(reviewsSdl) },
  ]);
  if (supergraphSdl === undefined) throw new Error(`No supergraph: ${errors}`);
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url }) =>
      name === 'accounts' ? new AccountsSource({ url }) : new RemoteGraphQLDataSource({ url }),
  });
  const server = new ApolloServer<RouterContext>({ gateway });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req, res }) => ({ request: req, response: res }),
  });
  closing.push(() => server.stop());
  return url;
}

async function ask(query: string, variables: object = {}, headers: Record<string, string> = {}, url = routerUrl) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return {
    cookie: response.headers.get('set-cookie'),
    ...((await response.json()) as { data: never; errors?: unknown }),
  };
}

beforeAll(async () => {
  accounts = await sharedGateway({ worker: true, env: { ROUTER_SECRET, TRUSTED_PROXIES: '127.0.0.1' } });
  const address = await accounts.app.http.listen({ host: '127.0.0.1', port: 0 });
  reviewsUrl = await startReviews();
  routerUrl = await startRouter(`${address}/graphql`, reviewsUrl);
});

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await accounts.close();
});

it('joins users with what a neighbour knows of them, each as far as the caller may see', async () => {
  const [ada, bob] = await Promise.all([
    verifiedUser(accounts, { displayName: 'Ada' }),
    verifiedUser(accounts, { displayName: 'Bob' }),
  ]);
  const { accessToken } = await loggedIn(accounts, ada.email);
  reviewed = [bob.id, ada.id];
  const query = '{ me { email reviews { nodes { body } } } latestReviews { author { displayName email } } }';

  const signedIn = await ask(query, {}, { authorization: `Bearer ${accessToken}` });
  expect(signedIn.errors).toBeUndefined();
  expect(signedIn.data).toEqual({
    me: { email: ada.email, reviews: { nodes: [{ body: 'Fine.' }] } },
    latestReviews: [
      { author: { displayName: 'Bob', email: null } },
      { author: { displayName: 'Ada', email: ada.email } },
    ],
  });

  const stranger = await ask(query);
  expect(stranger.errors).toBeUndefined();
  expect(stranger.data).toEqual({
    me: null,
    latestReviews: [{ author: { displayName: 'Bob', email: null } }, { author: { displayName: 'Ada', email: null } }],
  });
});

it('leaves out a user who is not there without failing the rest', async () => {
  const ada = await verifiedUser(accounts, { displayName: 'Ada' });
  reviewed = ['6f1d6b8e-0000-4000-8000-000000000000', ada.id];
  const { data, errors } = await ask('{ latestReviews { author { id displayName } } }');
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    latestReviews: [{ author: { displayName: null } }, { author: { displayName: 'Ada' } }],
  });
});

it('signs in, refreshes and signs out through the router, by the cookie', async () => {
  const { email, id } = await verifiedUser(accounts);
  const login = await ask(
    'mutation ($input: LoginInput!) { login(input: $input) { __typename ... on LoginSuccess { user { id } tokens { refreshToken } } } }',
    { input: { identifier: email, password: PASSWORD } },
  );
  expect(login.data).toEqual({ login: { __typename: 'LoginSuccess', user: { id }, tokens: { refreshToken: null } } });
  expect(login.cookie).toMatch(/^gatehouse-refresh=.+; Path=\/; HttpOnly/);

  const cookie = login.cookie?.split(';')[0] ?? '';
  const refresh = await ask('mutation { refresh { __typename } }', {}, { cookie });
  expect(refresh.data).toEqual({ refresh: { __typename: 'RefreshSuccess' } });
  expect(refresh.cookie).toMatch(/^gatehouse-refresh=/);
  const next = refresh.cookie?.split(';')[0] ?? '';
  expect(next).not.toBe(cookie);

  const logout = await ask('mutation { logout { __typename } }', {}, { cookie: next });
  expect(logout.data).toEqual({ logout: { __typename: 'LogoutSuccess' } });
  const after = await ask('mutation { refresh { __typename } }', {}, { cookie: next });
  expect(after.data).toEqual({ refresh: { __typename: 'RefreshRejectedProblem' } });
});

it('passes expected failures on as the data that they are', async () => {
  const { data, errors } = await ask(
    'mutation { login(input: { identifier: "nobody@example.com", password: "wrong" }) { __typename ... on AuthProblem { code } } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({ login: { __typename: 'InvalidCredentialsProblem', code: 'INVALID_CREDENTIALS' } });
});

it('tells the client apart from the router, and its pages from those of others', async () => {
  const { email } = await verifiedUser(accounts);
  const signIn = (headers: Record<string, string>) =>
    ask(
      'mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { session { ipAddress browser } } } }',
      { input: { identifier: email, password: PASSWORD } },
      headers,
    );
  const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
  const forged = { 'x-forwarded-for': '6.6.6.6', 'user-agent': agent };
  const own = await signIn(forged);
  expect(own.data).toEqual({ login: { session: { ipAddress: '127.0.0.1', browser: 'Firefox 128' } } });
  proxiesInFront = 1;
  onTestFinished(() => {
    proxiesInFront = 0;
  });
  const behind = await signIn({ ...forged, 'x-forwarded-for': '6.6.6.6, 203.0.113.7' });
  expect(behind.data).toEqual({ login: { session: { ipAddress: '203.0.113.7', browser: 'Firefox 128' } } });

  const foreign = await signIn({ origin: 'https://elsewhere.example' });
  expect(foreign.data).toBeFalsy();
  expect(JSON.stringify(foreign.errors)).toContain('403');
  expect(foreign.cookie).toBeNull();
});

it('counts sign-ups by the client that the router saw, whatever address the client writes', async () => {
  const limited = await testGateway({ env: { ROUTER_SECRET, TRUSTED_PROXIES: '127.0.0.1', RATE_LIMITS: 'on' } });
  const address = await limited.app.http.listen({ host: '127.0.0.1', port: 0 });
  const url = await startRouter(`${address}/graphql`, reviewsUrl);
  const outcomes = [];
  for (let index = 0; index < 8; index += 1) {
    const headers = { 'x-forwarded-for': `198.51.100.${index}`, forwarded: `for=198.51.100.${index}` };
    const input = { email: `forger-${index}@example.com`, password: PASSWORD };
    const query = 'mutation ($input: SignupInput!) { signup(input: $input) { __typename } }';
    const { data } = await ask(query, { input }, headers, url);
    outcomes.push((data as { signup: { __typename: string } }).signup.__typename);
  }
  expect(outcomes.filter((outcome) => outcome === 'SignupAccepted')).toHaveLength(5);
  expect(new Set(outcomes.slice(5))).toEqual(new Set(['AuthRateLimitProblem']));
  const events = await limited.dependencies.query(
    { name: 'forged-addresses', text: 'SELECT row_to_json(audit_events)::text AS written FROM audit_events' },
    [],
  );
  expect(events.length).toBeGreaterThan(0);
  expect(events.map(({ written }) => written).join()).not.toContain('198.51.100.');
});

it('renews the sessions of Apollo Client, whatever its documents select, without what only the gateway itself says', async () => {
  const { email, id } = await verifiedUser(accounts, { displayName: 'Ada' });
  reviewed = [id];
  const browser = countingFetch();
  const tab = openTab(routerUrl, browser, { tabs: false, delivery: { tokens: memoryStore(null) } });
  await tab.login(email);
  expect(tab.session.getState()).toMatchObject({ status: 'signedIn', claims: { sub: id } });

  const token = await tab.session.token();
  const refusing: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    const isOld = headers.get('authorization') === `Bearer ${token}`;
    if (isOld) headers.set('authorization', `Bearer ${token?.slice(0, -4)}AAAA`);
    return browser.fetch(input, { ...init, headers });
  };
  const { client } = createGatehouseClient({
    uri: routerUrl,
    session: tab.session,
    link: new HttpLink({ uri: routerUrl, fetch: refusing }),
  });
  browser.sent.length = 0;
  const rename = gql`
    mutation Rename($input: UpdateProfileInput!) {
      updateProfile(input: $input) {
        __typename
      }
    }
  `;
  const renamed = await client.mutate({ mutation: rename, variables: { input: { displayName: 'Ada Lovelace' } } });
  expect(renamed.data).toEqual({ updateProfile: { __typename: 'ProfileUpdated' } });
  expect(browser.sent).toEqual(['Rename', 'GatehouseRefresh', 'Rename']);

  const mixed = gql`
    query Mixed {
      me {
        displayName
      }
      latestReviews {
        body
        author {
          displayName
        }
      }
    }
  `;
  expect((await client.query({ query: mixed })).data).toMatchObject({
    me: { displayName: 'Ada Lovelace' },
    latestReviews: [{ body: 'Fine.', author: { displayName: 'Ada Lovelace' } }],
  });
  expect(await tab.session.signOut()).toEqual({ told: true });
});
