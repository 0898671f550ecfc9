'use client';

import { useSession, useSignIn } from '@gatehouse/apollo-client/react';
import { useRouter } from 'next/navigation';
import { type SubmitEvent, useEffect } from 'react';

/** The fields of each step: name, label, autocomplete. */
const FIELDS = {
  password: [
    ['identifier', 'Email address or username', 'username'],
    ['password', 'Password', 'current-password'],
  ],
  'second-factor': [['code', 'Code of your authenticator app', 'one-time-code']],
  'new-password': [['newPassword', 'New password', 'new-password']],
  'verify-address': [['code', 'Code from the email', 'one-time-code']],
} as const;

/** Signs in, in as many steps as the account needs, and goes to the account. */
export function SignIn() {
  const { step, submit, problem, fields, trouble, secondsLeft, busy } = useSignIn();
  const { status } = useSession();
  const router = useRouter();
  useEffect(() => {
    if (status !== 'signedIn') return;
    router.replace('/account');
    router.refresh(); // what was rendered for nobody is rendered again
  }, [status, router]);
  function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    if (!busy && secondsLeft === 0) void submit(values);
  }
  const message = trouble ? 'The server cannot be reached.' : problem?.message;
  return (
    <form onSubmit={send} key={step}>
      {FIELDS[step].map(([name, label, autoComplete]) => (
        <label key={name}>
          {label}
          <input name={name} type={/password/i.test(name) ? 'password' : 'text'} autoComplete={autoComplete} required />
        </label>
      ))}
      {message && !busy && <p role="alert">{Object.values(fields)[0] ?? message}</p>}
      <button type="submit" aria-disabled={busy || secondsLeft > 0}>
        {secondsLeft > 0 ? `Again in ${secondsLeft} s` : 'Continue'}
      </button>
    </form>
  );
}
