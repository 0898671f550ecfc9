import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { checkCurrentPassword } from '../passwords/current-password.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { verifySecondFactor } from './verify-second-factor.js';

/** What somebody who is signed in proves with that it is still them. */
export interface Factors {
  userId: string;
  password: string;
  /** Of the second factor; needed where it is on. */
  code: string | null;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

/** Why not. */
export type FactorsProblem = Problem<'INVALID_CREDENTIALS' | 'ACCOUNT_LOCKED' | 'TWO_FACTOR_CODE_INVALID'>;

/** Proves every factor that an account has; a code is not looked at, nor used, without the password. */
export async function proveFactors(context: Needs, input: Factors): Promise<User | FactorsProblem> {
  const user = await checkCurrentPassword(context, input);
  if (isProblem(user) || user.twoFactorEnabledAt === null) return user;
  if (input.code === null) return problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null });
  const verified = await verifySecondFactor(context, { user, code: input.code });
  return isProblem(verified) ? verified : user;
}

/** The same, with a code in any case. */
export interface BothFactors extends Factors {
  code: string;
}

/** Why not; CONFLICT where there is no second factor. */
export type BothFactorsProblem = FactorsProblem | Problem<'CONFLICT'>;

/** The same for what only an account with a second factor can do. */
export async function proveBothFactors(context: Needs, input: BothFactors): Promise<User | BothFactorsProblem> {
  const user = await proveFactors(context, input);
  return isProblem(user) || user.twoFactorEnabledAt !== null ? user : problem('CONFLICT');
}
