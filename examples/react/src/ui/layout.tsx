import { SignedIn, useCountdown, useSession } from '@gatehouse/apollo-client/react';
import { Link, NavLink, Outlet } from 'react-router';
import { Countdown } from './countdown';
import { StepUp } from './step-up';

/** Shown while the gateway cannot be asked. The session is unchanged, and goes on by itself. */
function Trouble() {
  const state = useSession();
  const trouble = state.status === 'signedOut' ? undefined : state.trouble;
  const seconds = useCountdown(trouble ? new Date(trouble.retryAt) : null);
  const text = trouble?.code === 'RATE_LIMITED' ? 'Too many requests.' : 'The server cannot be reached.';
  return (
    <div className="banner" role="status">
      {trouble && (
        <p>
          {text} <Countdown seconds={seconds} />
        </p>
      )}
    </div>
  );
}

/** The frame of every page. */
export function Layout() {
  const { signOut } = useSession();
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header>
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" /> Gatehouse example
        </Link>
        <SignedIn>
          <nav aria-label="Account">
            <NavLink to="/">Profile</NavLink>
            <NavLink to="/security">Security</NavLink>
            <NavLink to="/sessions">Sessions</NavLink>
            <NavLink to="/activity">Activity</NavLink>
          </nav>
          <button type="button" className="quiet" onClick={() => void signOut()}>
            Sign out
          </button>
        </SignedIn>
      </header>
      <Trouble />
      <Outlet />
      <SignedIn>
        <StepUp />
      </SignedIn>
    </>
  );
}
