import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import * as api from '@gatehouse/apollo-client/operations';
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { MutationForm } from '../ui/form';
import { Card, Page, useLinkToken } from '../ui/page';

const links = { 'To the sign-in': '/login' };

/** Asks for the address, then for the code that was mailed there. The link in that email leads to the next page as well. */
export function Forgot() {
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const ask = { document: api.RequestPasswordResetDocument, action: 'Send the email' };
  const enter = { document: api.VerifyPasswordResetCodeDocument, action: 'Continue', input: { email } };
  const intro = email && `If ${email} has an account, a code is on its way there.`;
  return (
    <Page title={email ? 'Enter the code' : 'Reset your password'} intro={intro} links={links}>
      <Card>
        {email ? (
          <MutationForm {...enter} fields={['mailedCode']} done={(state) => navigate('/reset-password', { state })} />
        ) : (
          <MutationForm {...ask} fields={['email']} done={({ email }) => setEmail(email)} />
        )}
      </Card>
    </Page>
  );
}

/** Sets a new password, by the token of the mailed link or of the code before. */
export function Reset() {
  const navigate = useNavigate();
  const linkToken = useLinkToken();
  const { state } = useLocation();
  const resetToken: string | undefined = linkToken ?? state?.resetToken;
  const form = { document: api.ResetPasswordDocument, action: 'Save the password', input: { resetToken } };
  const done = () => navigate('/login', { state: { notice: 'Your password is changed. Sign in with it.' } });
  return (
    <Page title="Choose a new password" links={{ 'Send another email': '/forgot', ...links }}>
      <Card>
        {!resetToken && <p>Open the link in the email, or enter its code.</p>}
        {resetToken && <MutationForm {...form} fields={['newPassword']} done={done} />}
      </Card>
    </Page>
  );
}

interface LinkPageProps<D, V> {
  title: string;
  intro: string;
  document: TypedDocumentNode<D, V>;
  action: string;
  /** Shown afterwards. */
  success: string;
}

/** A page for the link of an email that does one thing, when its button is pressed. */
function LinkPage<D, V extends OperationVariables>({ title, intro, success, ...form }: LinkPageProps<D, V>) {
  const token = useLinkToken();
  const [isDone, setDone] = useState(false);
  return (
    <Page title={isDone ? 'Done' : title} intro={isDone ? success : intro} links={links}>
      {!isDone && (
        <Card>
          {!token && <p>Open this page by the link in the email.</p>}
          {token && <MutationForm {...form} tone="danger" input={{ token }} done={() => setDone(true)} />}
        </Card>
      )}
    </Page>
  );
}

/** Reports a sign-in that the user does not recognise. */
export const ReportSession = () => (
  <LinkPage
    title="This was not you?"
    intro="Every session ends, the password stops working, and we send you an email to choose a new one."
    document={api.ReportSessionDocument}
    action="It was not me"
    success="Your account is safe. An email to choose a new password is on its way."
  />
);

/** Restores the address that the account had before. */
export const RevertEmail = () => (
  <LinkPage
    title="Restore your address?"
    intro="Your account gets its previous address back. Every session ends, and you choose a new password."
    document={api.RevertEmailChangeDocument}
    action="Restore my address"
    success="Your account has its previous address again. An email to choose a new password is on its way there."
  />
);
