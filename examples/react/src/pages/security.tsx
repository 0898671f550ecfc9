import { useQuery } from '@apollo/client/react';
import { ChangePasswordDocument, MeDocument } from '@gatehouse/apollo-client/operations';
import { useState } from 'react';
import { CodeField, MutationForm, PasswordField } from '../ui/form';
import { NewPassword } from '../ui/new-password';
import { Card, Loaded, Page } from '../ui/page';
import { SecondFactor } from './second-factor';

function Password({ hasFactor }: { hasFactor: boolean }) {
  const [changes, setChanges] = useState(0);
  return (
    <Card title="Password">
      <MutationForm
        document={ChangePasswordDocument}
        action="Change the password"
        success="Changed. Your other sessions have ended."
        variables={({ currentPassword, newPassword, code }) => ({
          input: { currentPassword, newPassword, code: code || null },
        })}
        done={() => setChanges(changes + 1)}
      >
        <PasswordField name="currentPassword" label="Current password" />
        <NewPassword key={changes} />
        {hasFactor && <CodeField label="Code of your authenticator app, if it is asked for" required={false} />}
      </MutationForm>
    </Card>
  );
}

/** Password and second factor. */
export function Security() {
  const query = useQuery(MeDocument);
  return (
    <Page title="Security">
      <Loaded query={query}>
        {({ me }) => (
          <>
            <Password hasFactor={me?.twoFactorEnabled ?? false} />
            <SecondFactor isOn={me?.twoFactorEnabled ?? false} reload={query.refetch} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
