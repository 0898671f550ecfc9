import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import { type Factors, type FactorsProblem, verifyFactors } from '../two-factor/verify-factors.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, type Undone, undo, type Work } from '../work.js';
import { ADMIN_ROLE, isLastAdmin, lockAdmins } from './admins.js';
import { eraseAccount } from './erase-account.js';

/** Input of `deleteAccount`: the current session and the factors to verify. */
export interface DeleteAccountInput extends Factors {
  sessionId: string;
}

/** The account was deleted. */
export interface AccountDeleted {
  kind: 'account-deleted';
  userId: string;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

async function erase(
  work: Work,
  user: User,
  { sessionId }: DeleteAccountInput,
): Promise<AccountDeleted | Problem<'CONFLICT'> | Undone<Problem<'UNAUTHENTICATED'>>> {
  const { id: userId, passwordHash, role, locale, displayName, timezone } = user;
  if (role === ADMIN_ROLE) await lockAdmins(work.em);
  if (await isLastAdmin(work.em, user)) return problem('CONFLICT');
  const erased = await eraseAccount(work, user, { passwordHash, role, disabledAt: null });
  // A session that was ended in the meantime must not complete the deletion.
  if (erased?.endedSessions.includes(sessionId) !== true) return undo(problem('UNAUTHENTICATED'));
  const metadata = { endedSessions: erased.endedSessions.length };
  await work.record({ type: 'ACCOUNT_DELETE', userId, actorId: userId, metadata });
  for (const email of erased.addresses) {
    await notifyOwner(work, { email, locale, displayName, timezone }, 'account-deleted');
  }
  return { kind: 'account-deleted', userId };
}

/**
 * Deletes the account of a user who verifies every factor. Its sessions end, and its address and username are free at
 * once. Nothing is left that names a person: the audit log keeps the events under an id that no longer identifies
 * anyone (ASVS 14.2.7). The deletion cannot be undone. The last admin cannot be deleted.
 */
export async function deleteAccount(
  context: Needs,
  input: DeleteAccountInput,
): Promise<AccountDeleted | FactorsProblem | Problem<'UNAUTHENTICATED' | 'CONFLICT'>> {
  const user = await verifyFactors(context, input);
  const outcome = isProblem(user) ? user : await inTransaction(context, (work) => erase(work, user, input));
  return isProblem(outcome) ? await recordRefusal(context, 'ACCOUNT_DELETE', input.userId, outcome) : outcome;
}
