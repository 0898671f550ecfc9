import { retryAt } from '@gatehouse/apollo-client';
import {
  ExchangeTokenDocument,
  ResendVerificationDocument,
  VerifyEmailDocument,
  type VerifyEmailMutation,
  VerifyEmailWithTokenDocument,
} from '@gatehouse/apollo-client/operations';
import { useAuthMutation, useCountdown } from '@gatehouse/apollo-client/react';
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { CodeField, Field, MutationForm } from '../ui/form';
import { useLinkToken } from '../ui/link-token';
import { Card, Page } from '../ui/page';

type Verified = Extract<VerifyEmailMutation['verifyEmail'], { __typename: 'EmailVerified' }>;

/** Goes where a verified address leads: to the account, to a new password, or to the sign-in. */
function useEnter() {
  const navigate = useNavigate();
  const [exchange] = useAuthMutation(ExchangeTokenDocument);
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
  const enter = useEnter();
  const [mail, setMail] = useState(useLocation().state?.mail);
  const email: string | undefined = mail?.email;
  const seconds = useCountdown(retryAt(mail));
  const byLink = (
    <MutationForm
      document={VerifyEmailWithTokenDocument}
      action="Verify my address"
      variables={() => ({ input: { token: token ?? '' } })}
      done={enter}
    />
  );
  const byCode = (
    <MutationForm
      document={VerifyEmailDocument}
      action="Verify"
      variables={({ email, code }) => ({ input: { email, code } })}
      done={enter}
    >
      <Field name="email" label="Email address" type="email" autoComplete="username" defaultValue={email} />
      <CodeField label="Code from the email" inputMode="numeric" />
    </MutationForm>
  );
  const again = email && (
    <MutationForm
      document={ResendVerificationDocument}
      action="Send another code"
      tone="quiet"
      seconds={seconds}
      variables={() => ({ input: { email } })}
      done={setMail}
    />
  );
  return (
    <Page
      title="Verify your address"
      intro={email && `We sent a code to ${email}.`}
      links={{ 'To the sign-in': '/login' }}
    >
      <Card>
        {token ? (
          byLink
        ) : (
          <>
            {byCode}
            {again}
          </>
        )}
      </Card>
    </Page>
  );
}
