import { type Problem, problem } from '../../problems.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import { closeOtherWaysIn } from '../passwords/force-reset.js';
import { beginNewPassword } from '../passwords/new-password.js';
import { issueResetCode } from '../passwords/request-reset.js';
import type { Request } from '../use-case.js';
import { type ActWork, actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';
import { isInvited, withMailStatus } from './code-mail.js';
import { notifyUser } from './notify-user.js';

type RequireProblem = Problem<'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT'>;

async function demand({ work, user, lock, record }: ActWork): Promise<RequireProblem | { endedSessions: number }> {
  const { em, now, secretKeys } = work;
  const { id: userId, email: address } = user;
  const previous = await lockOrMakeCode(em, secretKeys, 'RESET_PASSWORD', address);
  await beginNewPassword(em, user);
  const refusal = await lock();
  if (refusal !== undefined) return refusal;
  const needsOne = user.passwordChangeRequiredAt != null || isInvited(user);
  if (user.disabledAt != null || needsOne || user.email !== address) return problem('CONFLICT');
  Object.assign(user, { passwordChangeRequiredAt: now, pendingEmail: null, updatedAt: now });
  // Flushed before the sessions end: a concurrent login finds the mark, or its session is among those that end.
  await em.flush();
  await closeOtherWaysIn(work, address);
  const ended = await work.endSessions({ userId, exceptId: null }, 'REVOKED_BY_ADMIN');
  const codeId = await issueResetCode(work, previous, user);
  await record({ endedSessions: ended.length });
  await notifyUser(work, user, 'password-change-required', {}, codeId);
  return { endedSessions: ended.length };
}

/**
 * Requires a new password: the current one only permits a reset from now on, and every session ends. The owner is mailed
 * the code and the link of a reset. CONFLICT if a new one is required already, and for a disabled or invited account.
 */
export async function requireNewPassword(
  request: Request,
  by: Administrator,
  account: AccountName,
): Promise<UserActed | RequireProblem> {
  return await withMailStatus(request, actOnUser(request, by, account, { event: 'PASSWORD_CHANGE_REQUIRE' }, demand));
}
