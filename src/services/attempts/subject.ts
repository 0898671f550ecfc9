import type { SecretKeys } from '../../lib/secret-keys.js';

/**
 * The subject of failed attempts. `identifier` is a typed name, with or without an account. `device` is a device that
 * has signed in to the account before, which strangers' attempts do not lock. `password`, `two-factor` (authenticator
 * codes), `recovery-code` and `enrolment` (the first code of a new app) are secrets requested from a user who is signed
 * in or has verified the password.
 */
export type TrySubject =
  | { scope: 'identifier'; value: string }
  | { scope: 'device'; userId: string; deviceKey: string }
  | { scope: 'password' | 'two-factor' | 'recovery-code' | 'enrolment'; userId: string };

function partsOf(subject: TrySubject): string[] {
  if (subject.scope === 'identifier') return [subject.value];
  return subject.scope === 'device' ? [subject.userId, subject.deviceKey] : [subject.userId];
}

/**
 * Returns the counter key of a subject's attempts from one client network, which determines the delay and what a
 * success subtracts. Attempts from other networks do not affect it, the owner's included. A device belongs to one owner
 * and has no separate network key.
 */
export function networkKey(keys: SecretKeys, subject: TrySubject, network: string): string {
  if (subject.scope === 'device') return subjectKey(keys, subject);
  return keys
    .authenticate('login-failures', [`${subject.scope}-network`, ...partsOf(subject), network])
    .toString('base64url');
}

/** Returns the counter key of a subject. It is a keyed hash, so that the table reveals no names. */
export function subjectKey(keys: SecretKeys, subject: TrySubject): string {
  return keys.authenticate('login-failures', [subject.scope, ...partsOf(subject)]).toString('base64url');
}
