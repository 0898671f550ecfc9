'use client';

import { createGatehouseClient } from '@gatehouse/apollo-client';
import { AuthProvider } from '@gatehouse/apollo-client/react';
import { type ReactNode, useState } from 'react';

/** The browser owns the session. Each rendering on the server has a client of its own, so that no request sees another's. */
export function Providers({ children }: { children: ReactNode }) {
  const [{ client, session }] = useState(() => createGatehouseClient({ uri: '/api/gatehouse/graphql' }));
  return (
    <AuthProvider session={session} client={client}>
      {children}
    </AuthProvider>
  );
}
