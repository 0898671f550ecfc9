import { LockMode } from '@mikro-orm/postgresql';
import type { User } from '../../entities/user.js';
import { type Problem, problem } from '../../problems.js';
import { ADMIN_ROLE, isLastAdmin, lockAdmins } from '../accounts/admins.js';
import type { NewAuditEvent } from '../audit/record-event.js';
import type { Request } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';

/** A change that an operator makes to an account. */
export type UserChange = { disabled: boolean } | { role: string };

/** Result of a change to an account. */
export interface UserChanged {
  kind: 'user-changed';
  endedSessions: number;
}

function eventOf(userId: string, change: UserChange): NewAuditEvent {
  const by = { by: 'operator' };
  if ('role' in change) return { type: 'ROLE_CHANGE', userId, metadata: { ...by, role: change.role } };
  return { type: change.disabled ? 'ACCOUNT_DISABLE' : 'ACCOUNT_ENABLE', userId, metadata: by };
}

async function lockUser({ em, settings }: Work, email: string): Promise<User | null> {
  const user = await findAddressOwner(em, email, comparedKey({ settings }, email));
  return user && (await em.refresh(user, { lockMode: LockMode.PESSIMISTIC_WRITE }));
}

/** Returns whether the change would leave an active account without admin rights. */
function removesAdmin(user: User, change: UserChange): boolean {
  return user.disabledAt == null && ('role' in change ? change.role !== ADMIN_ROLE : change.disabled);
}

async function apply(work: Work, user: User, change: UserChange): Promise<UserChanged> {
  const { em, now } = work;
  user.updatedAt = now;
  if ('role' in change) user.role = change.role;
  else user.disabledAt = change.disabled ? (user.disabledAt ?? now) : null;
  await work.record(eventOf(user.id, change));
  if (user.disabledAt === null) return { kind: 'user-changed', endedSessions: 0 };
  // Flushed before the sessions end: a concurrent login finds the account disabled, or its session is among those that
  // end.
  await em.flush();
  const ended = await work.endSessions({ userId: user.id, exceptId: null }, 'ACCOUNT_DISABLED');
  return { kind: 'user-changed', endedSessions: ended.length };
}

/**
 * Disables or enables an account, or changes its role. Disabling ends the account's sessions. A new role applies from
 * the next refresh. The last admin cannot be removed.
 */
export async function changeUser(
  context: Request,
  email: string,
  change: UserChange,
): Promise<UserChanged | Problem<'NOT_FOUND' | 'CONFLICT'>> {
  return await inTransaction(context, async (work) => {
    await lockAdmins(work.em);
    const user = await lockUser(work, email);
    if (user === null) return problem('NOT_FOUND');
    if (removesAdmin(user, change) && (await isLastAdmin(work.em, user))) return problem('CONFLICT');
    return await apply(work, user, change);
  });
}
