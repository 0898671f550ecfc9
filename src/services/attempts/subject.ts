import type { SecretKeys } from '../../lib/secret-keys.js';

/**
 * What wrong tries are counted for. `identifier`: a name that somebody typed, whether or not it has an account; `device`: a
 * device that signed in to the account before, which a stranger's tries do not lock out; `password`, `two-factor` (codes of
 * the app), `recovery-code` and `enrolment` (the first code of a new app): what is asked of somebody who is signed in, or has
 * shown the password.
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
 * The key of a subject's tries from one client network: their delay, and what a success takes off. What others tried has no
 * part in it, the owner among them. A device is its owner's alone, and has no other key.
 */
export function networkKey(keys: SecretKeys, subject: TrySubject, network: string): string {
  if (subject.scope === 'device') return subjectKey(keys, subject);
  return keys
    .authenticate('login-failures', [`${subject.scope}-network`, ...partsOf(subject), network])
    .toString('base64url');
}

/** The key that a subject is counted by; a keyed hash, so that the table tells no names. */
export function subjectKey(keys: SecretKeys, subject: TrySubject): string {
  return keys.authenticate('login-failures', [subject.scope, ...partsOf(subject)]).toString('base64url');
}
