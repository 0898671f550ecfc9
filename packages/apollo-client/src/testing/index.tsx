import type { ApolloClient, TypedDocumentNode } from '@apollo/client';
import { Kind } from 'graphql';
import type { ReactNode } from 'react';
import { AuthProvider } from '../react/auth-provider.js';
import type { MemberOf } from '../react/member-of.js';
import { type FakeAuthSession, fakeSession } from './fake-session.js';

export type { FakeAccount } from './fake-accounts.js';
export { createFakeGateway, type FakeGateway, type FakeGatewayOptions } from './fake-gateway.js';
export { FakeAuthSession, type FakeSessionOptions, fakeSession } from './fake-session.js';
export { type FakeProblem, problem } from './problem.js';
export { fakeClaims, fakeTokens } from './tokens.js';

/** Provides a fake session, and a client if one is given, to the components of a test. */
export function MockAuthProvider({
  session = fakeSession(),
  client,
  children,
}: {
  session?: FakeAuthSession;
  client?: ApolloClient;
  children: ReactNode;
}): ReactNode {
  return (
    <AuthProvider session={session} {...(client && { client })}>
      {children}
    </AuthProvider>
  );
}

/** The answer to a mutation, as `MockedProvider` of Apollo Client takes it, for any variables. */
export function mockMember<D, V>(document: TypedDocumentNode<D, V>, member: MemberOf<D> | { __typename: string }) {
  const operation = document.definitions.find((part) => part.kind === Kind.OPERATION_DEFINITION);
  const field = operation?.selectionSet.selections.find((item) => item.kind === Kind.FIELD);
  const key = (field?.alias ?? field?.name)?.value ?? '';
  return { request: { query: document, variables: () => true }, result: { data: { [key]: member } } };
}
