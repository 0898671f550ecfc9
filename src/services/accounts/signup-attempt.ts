import type { z } from 'zod';
import type { accountInputs } from '../../inputs/account.js';
import type { Request, UseCaseContext } from '../use-case.js';
import type { Work } from '../work.js';
import type { PresentedPassword } from './first-password.js';

/** Details of the new account, as their rules transform them. */
export type SignupInput = z.output<typeof accountInputs.signup>;

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
