import type { ApolloClient } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { type ReactNode, useEffect } from 'react';
import type { AuthSession } from '../auth-session.js';
import { clearOnLeave } from '../client.js';
import { SessionContext } from './context.js';

/** Properties of `AuthProvider`. */
export interface AuthProviderProps {
  session: AuthSession;
  /** The client, which is then provided to Apollo's hooks and cleared when the user leaves. */
  client?: ApolloClient;
  children: ReactNode;
}

/** Finds out who is signed in, and provides the session to the hooks of this entry. */
export function AuthProvider({ session, client, children }: AuthProviderProps): ReactNode {
  useEffect(() => {
    if (client) clearOnLeave(session, client);
    void session.restore();
  }, [session, client]);
  return (
    <SessionContext value={session}>
      {client ? <ApolloProvider client={client}>{children}</ApolloProvider> : children}
    </SessionContext>
  );
}
