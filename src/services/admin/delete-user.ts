import { inputProblem, type Problem, problem } from '../../problems.js';
import { isLastAdmin } from '../accounts/admins.js';
import { eraseAccount } from '../accounts/erase-account.js';
import type { Request } from '../use-case.js';
import { type ActWork, actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';
import { notifyUser } from './notify-user.js';

type DeleteProblem = Problem<'NOT_FOUND' | 'CONFLICT' | 'INPUT_INVALID'>;

async function erase(
  { work, user, record }: ActWork,
  email: string,
): Promise<DeleteProblem | { endedSessions: number }> {
  if (user.email !== email) {
    return inputProblem(['input', 'email'], 'email', 'This is not the address of the account.');
  }
  if (await isLastAdmin(work.em, user)) return problem('CONFLICT');
  // Read before the account is emptied.
  const { locale, displayName, timezone } = user;
  const erased = await eraseAccount(work, user);
  if (erased === undefined) return problem('CONFLICT');
  const endedSessions = erased.endedSessions.length;
  await record({ endedSessions });
  for (const address of erased.addresses) {
    await notifyUser(work, { email: address, locale, displayName, timezone }, 'account-removed');
  }
  return { endedSessions };
}

/**
 * Deletes an account, as its owner could. `email` is its address, typed again. Its owner is notified. The last admin
 * stays. CONFLICT also if the address changed in the meantime.
 */
export async function deleteUser(
  request: Request,
  by: Administrator,
  account: AccountName,
  email: string,
): Promise<UserActed | DeleteProblem | Problem<'FORBIDDEN'>> {
  const act = { event: 'ACCOUNT_DELETE', removesAccess: true } as const;
  return await actOnUser(request, by, account, act, (given) => erase(given, email));
}
