import { createContext, useContext } from 'react';
import type { AuthSession } from '../auth-session.js';

/** The session of the app; null outside of `AuthProvider`. */
export const SessionContext = /* @__PURE__ */ createContext<AuthSession | null>(null);

/** The session of the nearest `AuthProvider`. Throws outside of one. */
export function useAuthSession(): AuthSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('Place <AuthProvider session={…}> around this component.');
  return session;
}
