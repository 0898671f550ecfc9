import type { User } from '../../entities/user.js';
import { type Problem, problem } from '../../problems.js';
import { ADMIN_ROLE, isLastAdmin } from '../accounts/admins.js';
import type { AuditEventType } from '../audit/events.js';
import type { Request } from '../use-case.js';
import type { Work } from '../work.js';
import { actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';
import { notifyUser } from './notify-user.js';

/** A change that an administrator makes to an account. */
export type UserChange = { disabled: boolean } | { role: string };

function eventOf(change: UserChange): AuditEventType {
  if ('role' in change) return 'ROLE_CHANGE';
  return change.disabled ? 'ACCOUNT_DISABLE' : 'ACCOUNT_ENABLE';
}

/** Returns whether the change would leave an active account without admin rights. */
function removesAdmin(user: User, change: UserChange): boolean {
  return user.disabledAt == null && ('role' in change ? change.role !== ADMIN_ROLE : change.disabled);
}

/** Returns the number of ended sessions. */
async function apply(work: Work, user: User, change: UserChange): Promise<number> {
  const { em, now } = work;
  user.updatedAt = now;
  if ('role' in change) user.role = change.role;
  else user.disabledAt = change.disabled ? (user.disabledAt ?? now) : null;
  // Flushed before the sessions end: a concurrent login finds the account disabled, or its session is among those that
  // end.
  await em.flush();
  if (user.disabledAt === null) return 0;
  return (await work.endSessions({ userId: user.id, exceptId: null }, 'ACCOUNT_DISABLED')).length;
}

/** Returns whether the account is not yet as the change would make it. */
function changes(user: User, change: UserChange): boolean {
  return 'role' in change ? user.role !== change.role : (user.disabledAt != null) !== change.disabled;
}

/** Notifies the owner, in the role and the state that the account has now. */
async function tell(work: Work, user: User, change: UserChange): Promise<void> {
  if ('role' in change) return await notifyUser(work, user, 'role-changed', { role: change.role });
  await notifyUser(work, user, change.disabled ? 'account-disabled' : 'account-enabled');
}

/**
 * Disables or enables an account, or changes its role, and notifies the owner if that changes anything. Disabling ends the account's sessions. A new role applies from
 * the next refresh. The last admin cannot be removed.
 */
export async function changeUser(
  request: Request,
  by: Administrator,
  account: AccountName,
  change: UserChange,
): Promise<UserActed | Problem<'NOT_FOUND' | 'FORBIDDEN' | 'CONFLICT'>> {
  const act = { event: eventOf(change), removesAccess: true };
  return await actOnUser(request, by, account, act, async ({ work, user, lock, record }) => {
    const refusal = await lock();
    if (refusal !== undefined) return refusal;
    if (removesAdmin(user, change) && (await isLastAdmin(work.em, user))) return problem('CONFLICT');
    const isNew = changes(user, change);
    const endedSessions = await apply(work, user, change);
    await record('role' in change ? { role: change.role } : {});
    if (isNew) await tell(work, user, change);
    return { endedSessions };
  });
}
