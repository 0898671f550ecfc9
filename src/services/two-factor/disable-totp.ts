import { RecoveryCode } from '../../entities/recovery-code.js';
import { TotpCredential } from '../../entities/totp-credential.js';
import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, type Undone, type Work } from '../work.js';
import { type Switching, switchTwoFactor } from './switch-two-factor.js';
import { type BothFactors, type BothFactorsProblem, verifyBothFactors } from './verify-factors.js';

/** The second factor is off. */
export interface TwoFactorDisabled {
  kind: 'two-factor-disabled';
  user: User;
}

/** Input of `disableTotp`: the current session and both factors. */
export type DisableTotpInput = Switching & BothFactors;

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

async function forget(
  work: Work,
  input: DisableTotpInput,
): Promise<User | Problem<'CONFLICT'> | Undone<Problem<'UNAUTHENTICATED'>>> {
  const { userId: user } = input;
  const forgotten = await work.em.nativeDelete(TotpCredential, { user, confirmedAt: { $ne: null } });
  if (forgotten === 0) return problem('CONFLICT');
  await work.em.nativeDelete(RecoveryCode, { user });
  return await switchTwoFactor(work, input, 'off');
}

/** Turns the second factor off for a user who verifies both factors, and deletes the seed and the recovery codes. */
export async function disableTotp(
  context: Needs,
  input: DisableTotpInput,
): Promise<TwoFactorDisabled | BothFactorsProblem | Problem<'UNAUTHENTICATED'>> {
  const proven = await verifyBothFactors(context, input);
  if (isProblem(proven)) return await recordRefusal(context, 'TOTP_DISABLE', input.userId, proven);
  const user = await inTransaction(context, (work) => forget(work, input));
  if (isProblem(user)) return await recordRefusal(context, 'TOTP_DISABLE', input.userId, user);
  return { kind: 'two-factor-disabled', user };
}
