import { useQuery } from '@apollo/client/react';
import * as api from '@gatehouse/apollo-client/operations';
import { useState } from 'react';
import { MutationForm } from '../ui/form';
import { Card, Loaded, Page } from '../ui/page';

function Address({ email }: api.AccountFragment) {
  const [newEmail, setNewEmail] = useState('');
  const ask = { document: api.RequestEmailChangeDocument, action: 'Send a code there' };
  const enter = { document: api.ConfirmEmailChangeDocument, action: 'Change the address' };
  return (
    <Card title="Email address">
      <p role="status">{newEmail ? `We sent a code to ${newEmail}.` : `Your address is ${email}.`}</p>
      {newEmail ? (
        <MutationForm {...enter} fields={['mailedCode']} done={() => setNewEmail('')} />
      ) : (
        <MutationForm {...ask} tone="quiet" fields={['newEmail']} done={({ email }) => setNewEmail(email)} />
      )}
    </Card>
  );
}

/** The user's own data. */
export function Profile() {
  const query = useQuery(api.MeDocument);
  const names = { document: api.UpdateProfileDocument, action: 'Save', success: 'Saved.' };
  return (
    <Page title="Profile" links={{ 'Delete the account': '/delete' }}>
      <Loaded query={query}>
        {({ me }) =>
          me && (
            <>
              <Card title="Names">
                <MutationForm {...names} fields={['displayName', 'username']} values={me} />
              </Card>
              <Address {...me} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** Deletes the account. The session then ends by itself, and the sign-in says why. */
export function Delete() {
  const query = useQuery(api.MeDocument);
  const form = { document: api.DeleteAccountDocument, action: 'Delete my account' };
  return (
    <Page title="Delete your account" intro="Your account and data are deleted for good." links={{ 'Keep it': '/' }}>
      <Loaded query={query}>
        {({ me }) => (
          <Card>
            <MutationForm
              {...form}
              tone="danger"
              fields={me?.twoFactorEnabled ? ['password', 'factor'] : ['password']}
            />
          </Card>
        )}
      </Loaded>
    </Page>
  );
}
