import { Fragment, type ReactNode } from 'react';
import { fulfils, useSession } from './use-session.js';

/** Properties of `RequireAuth`. */
export interface RequireAuthProps {
  /** Shown until it is known who is signed in. */
  restoring?: ReactNode;
  /** Shown if nobody is signed in. */
  signedOut: ReactNode;
  /** Shown if the user has another role, or no second factor. */
  forbidden?: ReactNode;
  role?: string;
  secondFactor?: boolean;
  children: ReactNode;
}

/** Shows its children to a signed-in user. They are mounted anew for another user, so that no state remains. */
export function RequireAuth({
  restoring,
  signedOut,
  forbidden,
  children,
  ...requirement
}: RequireAuthProps): ReactNode {
  const state = useSession();
  if (state.status === 'restoring') return restoring;
  if (state.status === 'signedOut') return signedOut;
  if (!fulfils(state.claims, requirement)) return forbidden;
  return <Fragment key={state.claims.sub}>{children}</Fragment>;
}

function useStatus(status: string, children: ReactNode): ReactNode {
  return useSession().status === status ? children : null;
}

/** Shows its children while somebody is signed in. */
export function SignedIn({ children }: { children: ReactNode }): ReactNode {
  return useStatus('signedIn', children);
}

/** Shows its children while nobody is signed in. */
export function SignedOut({ children }: { children: ReactNode }): ReactNode {
  return useStatus('signedOut', children);
}

/** Shows its children until it is known who is signed in. */
export function Restoring({ children }: { children: ReactNode }): ReactNode {
  return useStatus('restoring', children);
}
