import { type SignIn, type SignInStep, useSession, useSignIn } from '@gatehouse/apollo-client/react';
import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { CodeField, Field, Form, PasswordField } from '../ui/form';
import { NewPassword } from '../ui/new-password';
import { Card, Page } from '../ui/page';

const NOTICES: Record<string, string> = {
  ended: 'Your session has ended. Sign in again.',
  logout: 'You are signed out.',
  'logout-elsewhere': 'You signed out in another tab.',
  deleted: 'Your account is deleted.',
};

/** Title, button and fields of each step. */
const STEPS: Record<SignInStep, [title: string, action: string, fields: () => ReactNode]> = {
  password: [
    'Sign in',
    'Sign in',
    () => (
      <>
        <Field name="identifier" label="Email address or username" autoComplete="username" />
        <PasswordField name="password" label="Password" />
        <label className="check">
          <input type="checkbox" name="rememberMe" /> Stay signed in on this device
        </label>
      </>
    ),
  ],
  'second-factor': [
    'Second factor',
    'Continue',
    () => <CodeField label="Code of your authenticator app, or a recovery code" />,
  ],
  'new-password': ['Choose a new password', 'Save and sign in', () => <NewPassword />],
  'verify-address': ['Verify your address', 'Verify and sign in', () => <CodeField label="Code from the email" />],
};

/** Sends the code of `verify-address` again. */
function Resend({ signIn: { resend, secondsLeft, busy } }: { signIn: SignIn }) {
  const state = { fields: {}, secondsLeft, busy };
  return <Form state={state} seconds={secondsLeft} action="Send another code" tone="quiet" submit={() => resend()} />;
}

/** Signs in, in as many steps as the account needs. */
export function Login() {
  const signIn = useSignIn();
  const session = useSession();
  const { from = '/', notice } = useLocation().state ?? {};
  if (session.status === 'signedIn') return <Navigate to={from} replace />;
  const { step } = signIn;
  const said = notice ?? (session.status === 'signedOut' && NOTICES[session.reason]);
  const [title, action, fields] = STEPS[step];
  const isFirst = step === 'password';
  return (
    <Page title={title} links={isFirst ? { 'Forgot the password?': '/forgot', 'Create an account': '/signup' } : {}}>
      {isFirst && said && (
        <p className="notice" role="status">
          {said}
        </p>
      )}
      <Card>
        <Form key={step} state={signIn} action={action} submit={signIn.submit}>
          {fields()}
        </Form>
        {step === 'verify-address' && <Resend signIn={signIn} />}
        {!isFirst && (
          <button type="button" className="quiet" onClick={signIn.back}>
            Start again
          </button>
        )}
      </Card>
    </Page>
  );
}
