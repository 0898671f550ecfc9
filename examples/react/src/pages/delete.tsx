import { useQuery } from '@apollo/client/react';
import { DeleteAccountDocument, MeDocument } from '@gatehouse/apollo-client/operations';
import { CodeField, MutationForm, PasswordField } from '../ui/form';
import { Card, Loaded, Page } from '../ui/page';

/** Deletes the account. The session then ends by itself, and the sign-in says why. */
export function Delete() {
  const query = useQuery(MeDocument);
  const mutation = {
    document: DeleteAccountDocument,
    variables: ({ password, code }: Record<string, string>) => ({ input: { password, code: code || null } }),
  };
  return (
    <Page
      title="Delete your account"
      intro="Your account and your data are deleted for good."
      links={{ 'Keep it': '/' }}
    >
      <Loaded query={query}>
        {({ me }) => (
          <Card>
            <MutationForm {...mutation} action="Delete my account" tone="danger">
              <PasswordField name="password" label="Password" />
              {me?.twoFactorEnabled && <CodeField label="Code of your authenticator app, or a recovery code" />}
            </MutationForm>
          </Card>
        )}
      </Loaded>
    </Page>
  );
}
