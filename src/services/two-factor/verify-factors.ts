import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { checkCurrentPassword } from '../passwords/current-password.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { verifySecondFactor } from './verify-second-factor.js';

/** The factors with which a signed-in user authenticates again. */
export interface Factors {
  userId: string;
  password: string;
  /** Second-factor code. Required if the second factor is on. */
  code: string | null;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

/** Reasons for a refusal. */
export type FactorsProblem = Problem<'INVALID_CREDENTIALS' | 'ACCOUNT_LOCKED' | 'TWO_FACTOR_CODE_INVALID'>;

/** Verifies every factor of an account. The code is neither checked nor used up without the correct password. */
export async function verifyFactors(context: Needs, input: Factors): Promise<User | FactorsProblem> {
  const user = await checkCurrentPassword(context, input);
  if (isProblem(user) || user.twoFactorEnabledAt === null) return user;
  if (input.code === null) return problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null });
  const verified = await verifySecondFactor(context, { user, code: input.code });
  return isProblem(verified) ? verified : user;
}

/** As `Factors`, but the code is always required. */
export interface BothFactors extends Factors {
  code: string;
}

/** Reasons for a refusal. CONFLICT means that there is no second factor. */
export type BothFactorsProblem = FactorsProblem | Problem<'CONFLICT'>;

/** As `verifyFactors`, for operations that require a second factor. */
export async function verifyBothFactors(context: Needs, input: BothFactors): Promise<User | BothFactorsProblem> {
  const user = await verifyFactors(context, input);
  return isProblem(user) || user.twoFactorEnabledAt !== null ? user : problem('CONFLICT');
}
