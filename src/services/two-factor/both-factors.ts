import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { checkCurrentPassword } from '../passwords/current-password.js';
import type { UseCaseContext } from '../use-case.js';
import { type SecondFactorContext, verifySecondFactor } from './verify-second-factor.js';

/** What somebody who is signed in proves both factors with. */
export interface BothFactors {
  userId: string;
  password: string;
  code: string;
}

/** What proving both needs. */
export type BothFactorsContext = SecondFactorContext & Pick<UseCaseContext, 'passwordHasher'>;

/** Why not. */
export type BothFactorsProblem = Problem<
  'CONFLICT' | 'INVALID_CREDENTIALS' | 'ACCOUNT_LOCKED' | 'TWO_FACTOR_CODE_INVALID'
>;

/** Proves password and second factor of an account that has both; a code is not looked at, nor used, without the password. */
export async function proveBothFactors(
  context: BothFactorsContext,
  input: BothFactors,
): Promise<User | BothFactorsProblem> {
  const user = await checkCurrentPassword(context, input);
  if (isProblem(user)) return user;
  if (user.twoFactorEnabledAt === null) return problem('CONFLICT');
  const verified = await verifySecondFactor(context, context.em, { user, code: input.code });
  return isProblem(verified) ? verified : user;
}
