import { type ApolloClient, gql, HttpLink } from '@apollo/client';
import { onTestFinished } from 'vitest';
import {
  type AuthSession,
  type AuthSessionOptions,
  createAuthSession,
  createGatehouseClient,
  type TokenStore,
} from '../../packages/apollo-client/src/index.js';
import type { CountingFetch } from './counting-fetch.js';
import { PASSWORD } from './journey.js';

export const ME = gql`
  query Me {
    me {
      id
      email
    }
  }
`;
export const LOGIN = gql`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      __typename
    }
  }
`;

/** A token store in memory. */
export function memoryStore(token: string | null): TokenStore & { token: string | null } {
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

/** A session with a client, as one tab of a browser has them. */
export interface Tab {
  session: AuthSession;
  client: ApolloClient;
  login(email: string): Promise<unknown>;
  /** Asks who is signed in, each time by a request of its own. */
  me(): Promise<string | undefined>;
}

/** Opens a tab, which is closed with the test. Tabs with the same fetch are those of one browser. */
export function openTab(uri: string, browser: CountingFetch, options: Partial<AuthSessionOptions> = {}): Tab {
  const session = createAuthSession({ uri, fetch: browser.fetch, ...options });
  onTestFinished(() => session.close());
  const { client } = createGatehouseClient({ uri, session, link: new HttpLink({ uri, fetch: browser.fetch }) });
  return {
    session,
    client,
    login: (email) =>
      client.mutate({ mutation: LOGIN, variables: { input: { identifier: email, password: PASSWORD } } }),
    async me() {
      const { data } = await client.query<{ me: { id: string } | null }>({
        query: ME,
        fetchPolicy: 'network-only',
        context: { queryDeduplication: false },
      });
      return data?.me?.id;
    },
  };
}
