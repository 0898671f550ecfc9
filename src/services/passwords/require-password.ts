import { addSeconds } from '../../lib/clock.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { checkCurrentPassword } from './current-password.js';

/** The authentication of a signed-in user, and the password given with the request. */
export interface PasswordProof {
  userId: string;
  authenticatedAt: Date;
  /** RFC 8176 authentication methods. */
  authenticationMethods: readonly string[];
  /** Null if none was given. */
  password: string | null;
}

/** Reasons for a refusal. */
export type PasswordProofProblem = Problem<'REAUTHENTICATION_REQUIRED' | 'INVALID_CREDENTIALS' | 'ACCOUNT_LOCKED'>;

/**
 * A password sign-in that is no older than this replaces the password. The time is long enough to continue at once, and
 * too short for a copied token.
 */
const JUST_NOW_SECONDS = 60;

/**
 * Requires the password again, unless the user has just signed in with it. Without it, the operations that call this
 * would give the account to the holder of a copied token.
 */
export async function requirePassword(
  context: Request & Pick<UseCaseContext, 'passwordHasher'>,
  { userId, authenticatedAt, authenticationMethods, password }: PasswordProof,
): Promise<PasswordProofProblem | undefined> {
  if (password === null) {
    const isFresh = addSeconds(authenticatedAt, JUST_NOW_SECONDS) > context.clock.now();
    return isFresh && authenticationMethods.includes('pwd') ? undefined : problem('REAUTHENTICATION_REQUIRED');
  }
  const user = await checkCurrentPassword(context, { userId, password });
  return isProblem(user) ? user : undefined;
}
