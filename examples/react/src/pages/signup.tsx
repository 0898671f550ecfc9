import { SignupDocument } from '@gatehouse/apollo-client/operations';
import { useNavigate } from 'react-router';
import { Field, MutationForm } from '../ui/form';
import { NewPassword } from '../ui/new-password';
import { Card, Page } from '../ui/page';

/** Creates an account. The answer does not tell whether the address has one already. */
export function Signup() {
  const navigate = useNavigate();
  return (
    <Page title="Create an account" links={{ 'I have an account': '/login' }}>
      <Card>
        <MutationForm
          document={SignupDocument}
          action="Create the account"
          variables={({ email, password, displayName }) => ({
            input: { email, password, displayName: displayName || null },
          })}
          done={(mail) => navigate('/verify-email', { state: { mail } })}
        >
          <Field name="displayName" label="Name (optional)" autoComplete="name" required={false} />
          <Field name="email" label="Email address" type="email" autoComplete="username" />
          <NewPassword name="password" label="Password" />
        </MutationForm>
      </Card>
    </Page>
  );
}
