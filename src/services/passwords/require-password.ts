import { addSeconds } from '../../lib/clock.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { checkCurrentPassword } from './current-password.js';

/** Who is signed in, since when and by what, and the password that they give beside. */
export interface PasswordProof {
  userId: string;
  authenticatedAt: Date;
  /** RFC 8176. */
  authenticationMethods: readonly string[];
  /** Null where none was given. */
  password: string | null;
}

/** Why not. */
export type PasswordProofProblem = Problem<'REAUTHENTICATION_REQUIRED' | 'INVALID_CREDENTIALS' | 'ACCOUNT_LOCKED'>;

/** A sign-in by password that is no older stands for it: long enough to go on at once, too short for a copied token. */
const JUST_NOW_SECONDS = 60;

/**
 * Requires the password of a user who has authenticated recently: the operations that call this would give the account to
 * the holder of a copied token.
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
