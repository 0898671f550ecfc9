import { readSession } from '@gatehouse/apollo-client/next';
import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { issuer } from '../../gatehouse';
import { SignOut } from './sign-out';

export const metadata: Metadata = { title: 'Your account' };

/** Rendered on the server, for the user of the session alone. */
export default async function Account() {
  const claims = await readSession(cookies(), { issuer });
  if (!claims) redirect('/login');
  return (
    <>
      <h1>Your account</h1>
      <p>
        Rendered on the server for <code>{claims.sub}</code>, whose role is {claims.role}.
      </p>
      <SignOut />
    </>
  );
}
