import { SignedIn, useCountdown, useReauthenticate, useSession } from '@gatehouse/apollo-client/react';
import { useEffect, useRef } from 'react';
import { Link, NavLink, Outlet } from 'react-router';
import { Countdown } from './countdown';
import { Form } from './form';
import { Quiet } from './page';

/** Shown while the gateway cannot be asked. The session is unchanged, and goes on by itself. */
function Trouble() {
  const state = useSession();
  const trouble = state.status === 'signedOut' ? undefined : state.trouble;
  const seconds = useCountdown(trouble ? new Date(trouble.retryAt) : null);
  const text = trouble?.code === 'RATE_LIMITED' ? 'Too many requests.' : 'The server cannot be reached.';
  return (
    <div className="banner" role="status">
      {trouble && text} {trouble && <Countdown seconds={seconds} />}
    </div>
  );
}

/** Asks for the password again while an operation waits for it. The operation then goes on by itself. */
function StepUp() {
  const { pending, submit, cancel, ...state } = useReauthenticate();
  const session = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => (pending ? dialog.current?.showModal() : dialog.current?.close()), [pending]);
  const hasFactor = session.status === 'signedIn' && session.claims.amr.includes('mfa');
  const needsCode = hasFactor || state.problem?.__typename === 'CodeProblem';
  const send = ({ password, code }: Record<string, string>) => submit({ password, code });
  return (
    <dialog ref={dialog} aria-labelledby="step-up" onCancel={cancel}>
      <h2 id="step-up">Confirm that it is you</h2>
      <p>This is a sensitive change, so your password is needed once more.</p>
      {pending && (
        <Form state={state} action="Confirm" fields={needsCode ? ['password', 'factor'] : ['password']} submit={send} />
      )}
      <Quiet text="Cancel" act={cancel} />
    </dialog>
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
          <Quiet text="Sign out" act={signOut} />
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
