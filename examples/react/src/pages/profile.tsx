import { useQuery } from '@apollo/client/react';
import {
  type AccountFragment,
  ConfirmEmailChangeDocument,
  MeDocument,
  RequestEmailChangeDocument,
  UpdateProfileDocument,
} from '@gatehouse/apollo-client/operations';
import { useState } from 'react';
import { CodeField, Field, MutationForm } from '../ui/form';
import { Card, Loaded, Page } from '../ui/page';

function Names({ displayName, username }: AccountFragment) {
  return (
    <Card title="Names">
      <MutationForm
        document={UpdateProfileDocument}
        action="Save"
        success="Saved."
        variables={({ displayName, username }) => ({
          input: { displayName: displayName || null, username: username || null },
        })}
      >
        <Field name="displayName" label="Name" autoComplete="name" required={false} defaultValue={displayName ?? ''} />
        <Field
          name="username"
          label="Username"
          required={false}
          defaultValue={username ?? ''}
          hint="For signing in, like your address."
        />
      </MutationForm>
    </Card>
  );
}

function Address({ email }: AccountFragment) {
  const [newEmail, setNewEmail] = useState('');
  const ask = (
    <MutationForm
      key="ask"
      document={RequestEmailChangeDocument}
      action="Send a code there"
      tone="quiet"
      variables={({ newEmail }) => ({ input: { newEmail } })}
      done={({ email }) => setNewEmail(email)}
    >
      <Field name="newEmail" label="New email address" type="email" autoComplete="email" />
    </MutationForm>
  );
  const enter = (
    <MutationForm
      key="enter"
      document={ConfirmEmailChangeDocument}
      action="Change the address"
      variables={({ code }) => ({ input: { code } })}
      done={() => setNewEmail('')}
    >
      <CodeField label="Code from the email" inputMode="numeric" />
    </MutationForm>
  );
  return (
    <Card title="Email address">
      <p role="status">{newEmail ? `We sent a code to ${newEmail}.` : `Your address is ${email}.`}</p>
      {newEmail ? enter : ask}
    </Card>
  );
}

/** The user's own data. */
export function Profile() {
  const query = useQuery(MeDocument);
  return (
    <Page title="Profile" links={{ 'Delete the account': '/delete' }}>
      <Loaded query={query}>
        {({ me }) =>
          me && (
            <>
              <Names {...me} />
              <Address {...me} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
