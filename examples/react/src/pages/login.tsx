import { type SignInStep, useSession, useSignIn } from '@gatehouse/apollo-client/react';
import { Navigate, useLocation } from 'react-router';
import type { FieldName } from '../ui/field';
import { Form } from '../ui/form';
import { Card, Page, Quiet } from '../ui/page';

const NOTICES: Record<string, string> = {
  ended: 'Your session has ended. Sign in again.',
  logout: 'You are signed out.',
  'logout-elsewhere': 'You signed out in another tab.',
  deleted: 'Your account is deleted.',
};

/** Title, button and fields of each step. */
const STEPS: Record<SignInStep, [title: string, action: string, fields: FieldName[]]> = {
  password: ['Sign in', 'Sign in', ['identifier', 'password']],
  'second-factor': ['Second factor', 'Continue', ['factor']],
  'new-password': ['Choose a new password', 'Save and sign in', ['newPassword']],
  'verify-address': ['Verify your address', 'Verify and sign in', ['mailedCode']],
};
const LINKS = { 'Forgot the password?': '/forgot', 'Create an account': '/signup' };
const remember = (
  <label className="check">
    <input type="checkbox" name="rememberMe" /> Stay signed in on this device
  </label>
);

/** Signs in, in as many steps as the account needs. */
export function Login() {
  const signIn = useSignIn();
  const session = useSession();
  const { from = '/', notice } = useLocation().state ?? {};
  if (session.status === 'signedIn') return <Navigate to={from} replace />;
  const { step, submit, resend, back, resendSecondsLeft: seconds, busy } = signIn;
  const [title, action, fields] = STEPS[step];
  const isFirst = step === 'password';
  const said = isFirst && (notice ?? (session.status === 'signedOut' && NOTICES[session.reason]));
  const again = { state: { fields: {}, secondsLeft: 0, busy }, seconds, submit: () => resend() };
  return (
    <Page title={title} links={isFirst ? LINKS : undefined}>
      <div role="status">{said && <p className="notice">{said}</p>}</div>
      <Card>
        <Form key={step} state={signIn} action={action} fields={fields} submit={submit}>
          {isFirst && remember}
        </Form>
        {step === 'verify-address' && <Form {...again} action="Send another code" tone="quiet" />}
        {!isFirst && <Quiet text="Start again" act={back} />}
      </Card>
    </Page>
  );
}
