import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { AuthSession, AuthState, Claims } from '../auth-session.js';
import { useAuthSession } from './context.js';

/** The state of the session, and `signOut`. */
export function useSession(): AuthState & { signOut: AuthSession['signOut'] } {
  const session = useAuthSession();
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getServerState);
  return useMemo(() => ({ ...state, signOut: session.signOut }), [session, state]);
}

/** What `useRequireAuth` requires. */
export interface AuthRequirement {
  role?: string;
  /** Whether the session must have a verified second factor. */
  secondFactor?: boolean;
  /** Called with the path of the page if nobody is signed in, for a redirect to the sign-in page. */
  onSignedOut?: (returnTo: string) => void;
}

/** Whether claims fulfil a requirement. */
export function fulfils(claims: Claims, { role, secondFactor }: AuthRequirement): boolean {
  return (role === undefined || claims.role === role) && (!secondFactor || claims.amr.includes('mfa'));
}

/** The claims of the user; null while restoring, if nobody is signed in, and if the requirement is not fulfilled. */
export function useRequireAuth(requirement: AuthRequirement = {}): Claims | null {
  const state = useSession();
  const isSignedOut = state.status === 'signedOut';
  const { onSignedOut } = requirement;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new function in each render must not repeat the call.
  useEffect(() => {
    if (!isSignedOut) return;
    const { pathname = '/', search = '', hash = '' } = globalThis.location ?? {};
    onSignedOut?.(pathname + search + hash);
  }, [isSignedOut]);
  return state.status === 'signedIn' && fulfils(state.claims, requirement) ? state.claims : null;
}
