import type { Request, UseCaseContext } from '../use-case.js';
import type { Work } from '../work.js';
import type { PresentedPassword } from './first-password.js';

/** Details of the new account. The address is already trimmed and lower-cased. */
export interface SignupInput {
  email: string;
  password: string;
  username?: string | null;
  displayName?: string | null;
  role?: string | null;
  locale?: string | null;
  timezone?: string | null;
  termsAccepted: boolean;
  privacyPolicyAccepted: boolean;
}

/** Context of a sign-up. */
export type SignupContext = Request & Pick<UseCaseContext, 'admission' | 'query' | 'transact' | 'passwordHasher'>;

/** State of a sign-up while it is written. */
export interface SignupAttempt {
  context: SignupContext;
  work: Work;
  input: SignupInput;
  role: string;
  presented: PresentedPassword;
  /** Key that EMAIL_DEDUPLICATION compares for the address. */
  key: string | null;
}

/** Result of the writes of a sign-up. */
export interface SignupWritten {
  kind: 'written';
  /** Owner of the address. */
  userId: string;
  /** Reason why the account and its password are not the caller's. The caller never sees it. Absent if they are. */
  refused?: string;
}
