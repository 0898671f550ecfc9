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

/** An account that was changed. */
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

/** Whether an active account would be no admin any more. */
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
  // Before the sessions end: a login that is under way must find the account disabled, or have its session among them.
  await em.flush();
  const ended = await work.endSessions({ userId: user.id, exceptId: null }, 'ACCOUNT_DISABLED');
  return { kind: 'user-changed', endedSessions: ended.length };
}

/**
 * Disables or enables an account, or gives it a role. A disabled account's sessions end with it; a new role applies from the
 * next refresh on. The last admin stays.
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
