'use client';

import { useSession } from '@gatehouse/apollo-client/react';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** Signs out, and leaves the page whenever the session ends: here, in another tab or by the gateway. */
export function SignOut() {
  const { status, signOut } = useSession();
  const router = useRouter();
  useEffect(() => {
    if (status !== 'signedOut') return;
    router.replace('/login');
    router.refresh();
  }, [status, router]);
  return (
    <button type="button" onClick={() => void signOut()}>
      Sign out
    </button>
  );
}
