import { useQuery } from '@apollo/client/react';
import * as api from '@gatehouse/apollo-client/operations';
import { useAuthSession } from '@gatehouse/apollo-client/react';
import { useState } from 'react';
import { Next, QrCode, RecoveryCodes } from '../ui/codes';
import { MutationForm } from '../ui/form';
import { Card, Loaded, Page } from '../ui/page';

type Done = (codes: readonly string[]) => Promise<unknown>;

function Enrolment({ done }: { done: Done }) {
  const [enrolment, setEnrolment] = useState<{ secret: string; otpauthUri: string }>();
  const start = { document: api.EnrolTotpDocument, action: 'Set up an authenticator app', variables: {} };
  const confirm = { document: api.ConfirmTotpDocument, action: 'Turn it on' };
  if (!enrolment) return <MutationForm {...start} done={setEnrolment} />;
  return (
    <>
      <Next>Scan this with your authenticator app, or type the key: {enrolment.secret.replace(/(.{4})/g, '$1 ')}</Next>
      <QrCode text={enrolment.otpauthUri} />
      <MutationForm {...confirm} fields={['appCode']} done={({ codes }) => done(codes)} />
    </>
  );
}

function Changes({ done }: { done: Done }) {
  const replace = { document: api.RegenerateRecoveryCodesDocument, action: 'Replace the codes' };
  const disable = { document: api.DisableTotpDocument, action: 'Turn it off' };
  return (
    <>
      <details>
        <summary>Replace the recovery codes</summary>
        <MutationForm {...replace} fields={['password', 'factor']} done={({ codes }) => done(codes)} />
      </details>
      <details>
        <summary>Turn the second factor off</summary>
        <MutationForm {...disable} tone="danger" fields={['password', 'factor']} done={() => done([])} />
      </details>
    </>
  );
}

function SecondFactor({ isOn, reload }: { isOn: boolean; reload(): Promise<unknown> }) {
  const session = useAuthSession();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const done: Done = async (next) => {
    setCodes(next);
    await session.renew(); // the access token says whether a second factor was verified
    await reload();
  };
  const kept = <RecoveryCodes codes={codes} keep={() => setCodes([])} />;
  if (codes.length > 0) return <Card title="Recovery codes">{kept}</Card>;
  return (
    <Card title="Second factor">
      <p>{isOn ? 'On: a sign-in needs your authenticator app.' : 'Off: a sign-in needs only your password.'}</p>
      {isOn ? <Changes done={done} /> : <Enrolment done={done} />}
    </Card>
  );
}

/** Password and second factor. */
export function Security() {
  const query = useQuery(api.MeDocument);
  const change = { document: api.ChangePasswordDocument, success: 'Changed. Your other sessions have ended.' };
  return (
    <Page title="Security">
      <Loaded query={query}>
        {({ me }) => (
          <>
            <Card title="Password">
              <MutationForm
                {...change}
                action="Change the password"
                fields={['currentPassword', 'newPassword', ...(me?.twoFactorEnabled ? ['factorIfAsked' as const] : [])]}
              />
            </Card>
            <SecondFactor isOn={me?.twoFactorEnabled ?? false} reload={query.refetch} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
