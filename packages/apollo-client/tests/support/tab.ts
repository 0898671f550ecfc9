import type { ApolloClient } from '@apollo/client';
import { gql, InMemoryCache } from '@apollo/client';
import { onTestFinished } from 'vitest';
import {
  type AuthEvent,
  type AuthSession,
  type AuthSessionOptions,
  createAuthSession,
  createGatehouseClient,
} from '../../src/index.js';
import { createFakeGateway, type FakeGateway, type FakeGatewayOptions } from '../../src/testing/index.js';

export const ADA = { email: 'ada@example.com', password: 'Correct-Horse-7' };
export const BOB = { email: 'bob@example.com', password: 'Correct-Horse-8' };
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

/** A tab with a session and a client. */
export interface Tab {
  session: AuthSession;
  client: ApolloClient;
  events: AuthEvent[];
  login(account: { email: string; password: string }): Promise<unknown>;
  me(): Promise<string | undefined>;
}

/** A gateway with two accounts. */
export function gatewayOf(options: FakeGatewayOptions = {}): FakeGateway {
  return createFakeGateway({ accounts: [ADA, BOB], ...options });
}

/** Opens a tab of the browser whose cookie the gateway holds. */
export function openTab(gateway: FakeGateway, options: Partial<AuthSessionOptions> = {}): Tab {
  const events: AuthEvent[] = [];
  const uri = 'https://gateway.test/graphql';
  const session = createAuthSession({ uri, fetch: gateway.fetch, logger: (event) => events.push(event), ...options });
  onTestFinished(() => session.close());
  const { client } = createGatehouseClient({ uri, session, link: gateway.link, cache: new InMemoryCache() });
  return {
    session,
    client,
    events,
    login: ({ email, password }) =>
      client.mutate({ mutation: LOGIN, variables: { input: { identifier: email, password } } }),
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
