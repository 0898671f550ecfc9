import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import type { AuthSession } from './auth-session.js';
import { createAuthSession } from './create-auth-session.js';
import { possibleTypes } from './generated/possible-types.js';
import { createAuthLink } from './link/auth-link.js';
import { coreOf } from './session/core.js';
import { typePolicies } from './type-policies.js';

const cleared = new WeakMap<AuthSession, WeakSet<ApolloClient>>();

/** Clears the store of a client whenever a user leaves. Calling it again changes nothing. */
export function clearOnLeave(session: AuthSession, client: ApolloClient): void {
  const clients = cleared.get(session) ?? new WeakSet();
  cleared.set(session, clients);
  if (clients.has(client)) return;
  clients.add(client);
  coreOf(session).onLeave(() => client.clearStore());
}

/** Options of `createGatehouseClient`. */
export interface GatehouseClientOptions {
  /** Address of the GraphQL endpoint: the gateway's, or the router's in front of it. */
  uri: string;
  /** Default: a session with this address. */
  session?: AuthSession;
  /** Link after the one of authentication. Default: an HttpLink to `uri`. */
  link?: ApolloLink;
  /** Default: a new InMemoryCache. The gateway's possible types and type policies are added. */
  cache?: InMemoryCache;
}

/** Creates a client with everything that the gateway needs, and its session. */
export function createGatehouseClient({ uri, session, link, cache }: GatehouseClientOptions): {
  client: ApolloClient;
  session: AuthSession;
} {
  const used = session ?? createAuthSession({ uri });
  const store = cache ?? new InMemoryCache();
  store.policies.addPossibleTypes(possibleTypes);
  store.policies.addTypePolicies(typePolicies);
  const credentials = coreOf(used).isCookie ? 'include' : 'omit';
  const transport = link ?? new HttpLink({ uri, credentials });
  const client = new ApolloClient({ link: ApolloLink.from([createAuthLink(used), transport]), cache: store });
  clearOnLeave(used, client);
  return { client, session: used };
}
