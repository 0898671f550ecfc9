import { useReauthenticate, useSession } from '@gatehouse/apollo-client/react';
import { useEffect, useRef } from 'react';
import { CodeField, Form, PasswordField } from './form';

/** Asks for the password again while an operation waits for it. The operation then goes on by itself. */
export function StepUp() {
  const { pending, submit, cancel, ...state } = useReauthenticate();
  const session = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => (pending ? dialog.current?.showModal() : dialog.current?.close()), [pending]);
  const hasFactor = session.status === 'signedIn' && session.claims.amr.includes('mfa');
  const needsCode = hasFactor || state.problem?.__typename === 'CodeProblem';
  return (
    <dialog ref={dialog} aria-labelledby="step-up" onCancel={cancel}>
      <h2 id="step-up">Confirm that it is you</h2>
      <p className="muted">This is a sensitive change, so your password is needed once more.</p>
      {pending && (
        <Form state={state} action="Confirm" submit={({ password, code }) => submit({ password, code })}>
          <PasswordField name="password" label="Password" />
          {needsCode && <CodeField label="Code of your authenticator app, or a recovery code" />}
        </Form>
      )}
      <button type="button" className="quiet" onClick={cancel}>
        Cancel
      </button>
    </dialog>
  );
}
