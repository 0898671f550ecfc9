import {
  ConfirmTotpDocument,
  DisableTotpDocument,
  EnrolTotpDocument,
  RegenerateRecoveryCodesDocument,
} from '@gatehouse/apollo-client/operations';
import { useAuthSession } from '@gatehouse/apollo-client/react';
import { useState } from 'react';
import { QrCode, RecoveryCodes } from '../ui/codes';
import { CodeField, MutationForm, PasswordField } from '../ui/form';
import { Card } from '../ui/page';

type Done = (codes: readonly string[]) => Promise<unknown>;

function Enrolment({ done }: { done: Done }) {
  const [enrolment, setEnrolment] = useState<{ secret: string; otpauthUri: string }>();
  if (!enrolment)
    return (
      <MutationForm
        document={EnrolTotpDocument}
        action="Set up an authenticator app"
        variables={() => ({})}
        done={setEnrolment}
      />
    );
  return (
    <>
      <p>Scan this with your authenticator app, or type the key: {enrolment.secret.replace(/(.{4})/g, '$1 ')}</p>
      <QrCode text={enrolment.otpauthUri} />
      <MutationForm
        document={ConfirmTotpDocument}
        action="Turn it on"
        variables={({ code }) => ({ input: { code } })}
        done={({ codes }) => done(codes)}
      >
        <CodeField label="Code that the app shows" inputMode="numeric" />
      </MutationForm>
    </>
  );
}

const proof = (
  <>
    <PasswordField name="password" label="Password" />
    <CodeField label="Code of your authenticator app, or a recovery code" />
  </>
);
const proofOf = ({ password, code }: Record<string, string>) => ({ input: { password, code } });

function Changes({ done }: { done: Done }) {
  const recover = { document: RegenerateRecoveryCodesDocument, action: 'Replace the codes', variables: proofOf };
  const disable = { document: DisableTotpDocument, action: 'Turn it off', variables: proofOf };
  return (
    <>
      <details>
        <summary>Replace the recovery codes</summary>
        <MutationForm {...recover} done={({ codes }) => done(codes)}>
          {proof}
        </MutationForm>
      </details>
      <details>
        <summary>Turn the second factor off</summary>
        <MutationForm {...disable} tone="danger" done={() => done([])}>
          {proof}
        </MutationForm>
      </details>
    </>
  );
}

/** Turns the second factor on and off. */
export function SecondFactor({ isOn, reload }: { isOn: boolean; reload(): Promise<unknown> }) {
  const session = useAuthSession();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const done: Done = async (next) => {
    setCodes(next);
    await session.renew(); // the access token says whether a second factor was verified
    await reload();
  };
  if (codes.length > 0)
    return (
      <Card title="Recovery codes">
        <RecoveryCodes codes={codes} keep={() => setCodes([])} />
      </Card>
    );
  return (
    <Card title="Second factor">
      <p>{isOn ? 'On: a sign-in needs your authenticator app.' : 'Off: a sign-in needs only your password.'}</p>
      {isOn ? <Changes done={done} /> : <Enrolment done={done} />}
    </Card>
  );
}
