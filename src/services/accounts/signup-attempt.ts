import type { EntityManager } from '@mikro-orm/postgresql';
import type { Request, UseCaseContext } from '../use-case.js';
import type { PresentedPassword } from './first-password.js';

/** What a new user tells; the address is trimmed and lower-cased already. */
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

/** What a sign-up needs. */
export type SignupContext = Request & Pick<UseCaseContext, 'query' | 'passwordHasher'>;

/** A sign-up that is being written. */
export interface SignupAttempt {
  context: SignupContext;
  em: EntityManager;
  input: SignupInput;
  role: string;
  presented: PresentedPassword;
  now: Date;
  /** What EMAIL_DEDUPLICATION compares of the address. */
  key: string | null;
}

/** What was written for a sign-up. */
export interface SignupWritten {
  kind: 'written';
  outboxId: string;
  /** Whose the address is. */
  userId: string;
  /** Why the account is not this caller's, who is not told; absent where it is, and the password with it. */
  refused?: string;
}
