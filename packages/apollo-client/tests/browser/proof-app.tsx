import { gql, type TypedDocumentNode } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { type AuthEvent, createAuthSession, createGatehouseClient } from '../../src/index.js';
import { AuthProvider, RequireAuth } from '../../src/react/index.js';

type Me = { me: { id: string; email: string } | null };

const ME: TypedDocumentNode<Me, Record<string, never>> = gql`
  query Me {
    me {
      id
      email
    }
  }
`;

const parameters = new URLSearchParams(location.search);
const uri = parameters.get('uri') ?? '/graphql';
const events: AuthEvent[] = [];
const session = createAuthSession({
  uri,
  tabs: parameters.get('tabs') !== 'off',
  logger: (event) => events.push(event),
});
const { client } = createGatehouseClient({ uri, session });

/** The answer to one query: the address, or the code of the failure. */
async function askOnce(): Promise<string> {
  try {
    const { data } = await client.query({ query: ME, fetchPolicy: 'no-cache', context: { queryDeduplication: false } });
    return data?.me?.email ?? 'nobody';
  } catch (error) {
    const { code, name, message, errors } = error as Error & {
      code?: string;
      errors?: { extensions?: { code?: string } }[];
    };
    return code ?? errors?.[0]?.extensions?.code ?? `${name}: ${message}`;
  }
}

/** What the tests use of the page. */
const proof = {
  client,
  session,
  events,
  gql,
  ask: (times = 1) => Promise.all(Array.from({ length: times }, askOnce)),
  async mutate(document: string, input: object, name = 'input') {
    const mutation = gql(document);
    const { data } = await client
      .mutate({ mutation, variables: { [name]: input } })
      .catch((error: Error) => ({ data: `${error.name}: ${error.message}` }));
    return data as unknown;
  },
  /** The users whose data the cache contains. */
  cached: () => Object.keys(client.cache.extract() as object).filter((key) => key.startsWith('User:')),
};
export type Proof = typeof proof;
declare global {
  interface Window {
    proof: Proof;
  }
}
window.proof = proof;

function Profile() {
  const { data } = useQuery(ME);
  return <p>{data?.me ? `signed in as ${data.me.email}` : 'loading'}</p>;
}

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <StrictMode>
    <AuthProvider session={session} client={client}>
      <RequireAuth restoring={<p>restoring</p>} signedOut={<p>login page</p>}>
        <Profile />
      </RequireAuth>
    </AuthProvider>
  </StrictMode>,
);
