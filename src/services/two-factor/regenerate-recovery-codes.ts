import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';
import type { RecoveryCodes } from './confirm-totp.js';
import { lockSeed } from './credential.js';
import { replaceRecoveryCodes } from './recovery-codes.js';
import { type BothFactors, type BothFactorsProblem, verifyBothFactors } from './verify-factors.js';

async function replace(work: Work, user: User): Promise<RecoveryCodes | Problem<'CONFLICT'>> {
  const credential = await lockSeed(work, user.id);
  if (credential === undefined) return problem('CONFLICT');
  const codes = await replaceRecoveryCodes(work.em, credential.seed, user.id);
  await work.record({ type: 'RECOVERY_CODES_REPLACE', userId: user.id, actorId: user.id });
  await notifyOwner(work, user, 'recovery-codes-replaced');
  return { kind: 'recovery-codes', codes, user };
}

/** Creates new recovery codes for a user who verifies both factors. The previous codes become invalid. */
export async function regenerateRecoveryCodes(
  context: Request & Pick<UseCaseContext, 'passwordHasher'>,
  input: BothFactors,
): Promise<RecoveryCodes | BothFactorsProblem> {
  const user = await verifyBothFactors(context, input);
  if (isProblem(user)) return await recordRefusal(context, 'RECOVERY_CODES_REPLACE', input.userId, user);
  return await inTransaction(context, (work) => replace(work, user));
}
