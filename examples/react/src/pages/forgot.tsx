import { RequestPasswordResetDocument, VerifyPasswordResetCodeDocument } from '@gatehouse/apollo-client/operations';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { CodeField, Field, MutationForm } from '../ui/form';
import { Card, Page } from '../ui/page';

/** Asks for the address, then for the code that was mailed there. The link in that email leads to the next page as well. */
export function Forgot() {
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const ask = (
    <MutationForm
      key="ask"
      document={RequestPasswordResetDocument}
      action="Send the email"
      variables={({ email }) => ({ input: { email } })}
      done={({ email }) => setEmail(email)}
    >
      <Field name="email" label="Email address" type="email" autoComplete="username" />
    </MutationForm>
  );
  const enter = (
    <MutationForm
      key="enter"
      document={VerifyPasswordResetCodeDocument}
      action="Continue"
      variables={({ code }) => ({ input: { email, code } })}
      done={(ticket) => navigate('/reset-password', { state: ticket })}
    >
      <CodeField label="Code from the email" inputMode="numeric" />
    </MutationForm>
  );
  const intro = email && `If ${email} has an account, a code is on its way there.`;
  return (
    <Page title={email ? 'Enter the code' : 'Reset your password'} intro={intro} links={{ 'To the sign-in': '/login' }}>
      <Card>{email ? enter : ask}</Card>
    </Page>
  );
}
