import { retryAt } from '@gatehouse/apollo-client';
import * as api from '@gatehouse/apollo-client/operations';
import { useAuthMutation, useCountdown } from '@gatehouse/apollo-client/react';
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { MutationForm } from '../ui/form';
import { Card, Page, useLinkToken } from '../ui/page';

/** Creates an account. The answer does not tell whether the address has one already. */
export function Signup() {
  const navigate = useNavigate();
  return (
    <Page title="Create an account" links={{ 'I have an account': '/login' }}>
      <Card>
        <MutationForm
          document={api.SignupDocument}
          action="Create the account"
          fields={['displayName', 'email', 'firstPassword']}
          done={(mail) => navigate('/verify-email', { state: { mail } })}
        />
      </Card>
    </Page>
  );
}

type Verified = Extract<api.VerifyEmailMutation['verifyEmail'], { __typename: 'EmailVerified' }>;

/** Goes where a verified address leads: to the account, to a new password, or to the sign-in. */
function useEnter() {
  const navigate = useNavigate();
  const [exchange] = useAuthMutation(api.ExchangeTokenDocument);
  return async ({ exchangeToken, passwordChangeRequired }: Verified) => {
    if (passwordChangeRequired) return navigate('/reset-password', { state: passwordChangeRequired });
    const result = await exchange({ input: { token: exchangeToken } });
    if (result.__typename === 'LoginSuccess') return navigate('/');
    return navigate('/login', { state: { notice: 'Your address is verified. Sign in to continue.' } });
  };
}

/** Verifies an address, by the code or by the link of the email. */
export function Verify() {
  const token = useLinkToken();
  const done = useEnter();
  const [mail, setMail] = useState(useLocation().state?.mail);
  const email: string | undefined = mail?.email;
  const seconds = useCountdown(retryAt(mail));
  const link = { document: api.VerifyEmailWithTokenDocument, action: 'Verify my address', input: { token }, done };
  const code = { document: api.VerifyEmailDocument, action: 'Verify', values: { email }, done };
  const again = { document: api.ResendVerificationDocument, action: 'Send another code', input: { email }, seconds };
  const intro = email && `We sent a code to ${email}.`;
  return (
    <Page title="Verify your address" intro={intro} links={{ 'To the sign-in': '/login' }}>
      <Card>
        {token ? <MutationForm {...link} /> : <MutationForm {...code} fields={['email', 'mailedCode']} />}
        {email && !token && <MutationForm {...again} tone="quiet" done={setMail} />}
      </Card>
    </Page>
  );
}
