import { ResetPasswordDocument } from '@gatehouse/apollo-client/operations';
import { useLocation, useNavigate } from 'react-router';
import { MutationForm } from '../ui/form';
import { useLinkToken } from '../ui/link-token';
import { NewPassword } from '../ui/new-password';
import { Card, Page } from '../ui/page';

/** Sets a new password, by the token of the mailed link or of the code before. */
export function Reset() {
  const navigate = useNavigate();
  const linkToken = useLinkToken();
  const { state } = useLocation();
  const resetToken: string | undefined = linkToken ?? state?.resetToken;
  const form = resetToken && (
    <MutationForm
      document={ResetPasswordDocument}
      action="Save the password"
      variables={({ newPassword }) => ({ input: { resetToken, newPassword } })}
      done={() => navigate('/login', { state: { notice: 'Your password is changed. Sign in with it.' } })}
    >
      <NewPassword />
    </MutationForm>
  );
  return (
    <Page title="Choose a new password" links={{ 'Send another email': '/forgot', 'To the sign-in': '/login' }}>
      <Card>{form || <p>Open the link in the email, or enter its code.</p>}</Card>
    </Page>
  );
}
