import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useState } from 'react';
import { MutationForm } from './form';
import { useLinkToken } from './link-token';
import { Card, Page } from './page';

interface LinkPageProps<D, V> {
  title: string;
  intro: string;
  document: TypedDocumentNode<D, V>;
  action: string;
  /** Shown afterwards. */
  success: string;
}

/** A page for the link of an email that does one thing, when its button is pressed. */
export function LinkPage<D, V extends OperationVariables & { input: { token: string } }>(props: LinkPageProps<D, V>) {
  const { title, intro, document, action, success } = props;
  const token = useLinkToken();
  const [isDone, setDone] = useState(false);
  const variables = () => ({ input: { token } }) as V;
  const form = (
    <MutationForm document={document} action={action} tone="danger" variables={variables} done={() => setDone(true)} />
  );
  return (
    <Page title={isDone ? 'Done' : title} intro={isDone || intro} links={{ 'To the sign-in': '/login' }}>
      <Card>{isDone ? <p>{success}</p> : token ? form : <p>Open this page by the link in the email.</p>}</Card>
    </Page>
  );
}
