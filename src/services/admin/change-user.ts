import { LockMode } from '@mikro-orm/postgresql';
import { type Problem, problem } from '../../problems.js';
import type { NewAuditEvent } from '../audit/record-event.js';
import type { Request } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction } from '../work.js';

/** What the operator changes of an account. */
export type UserChange = { disabled: boolean } | { role: string };

function eventOf(userId: string, change: UserChange): NewAuditEvent {
  const by = { by: 'operator' };
  if ('role' in change) return { type: 'ROLE_CHANGE', userId, metadata: { ...by, role: change.role } };
  return { type: change.disabled ? 'ACCOUNT_DISABLE' : 'ACCOUNT_ENABLE', userId, metadata: by };
}

/**
 * Disables or enables an account, or gives it a role. A disabled account's sessions end with it; a new role holds from the
 * next refresh on.
 */
export async function changeUser(
  request: Request,
  email: string,
  change: UserChange,
): Promise<{ kind: 'user-changed'; endedSessions: number } | Problem<'NOT_FOUND'>> {
  const ended = await inTransaction(request, async (work) => {
    const { em, now } = work;
    const user = await findAddressOwner(em, email, comparedKey(work, email));
    const locked = user && (await em.refresh(user, { lockMode: LockMode.PESSIMISTIC_WRITE }));
    if (user === null || locked === null) return undefined;
    user.updatedAt = now;
    if ('role' in change) user.role = change.role;
    else user.disabledAt = change.disabled ? (user.disabledAt ?? now) : null;
    await work.record(eventOf(user.id, change));
    if (user.disabledAt === null) return [];
    // Before the sessions end: a login that is under way must find the account disabled, or have its session among them.
    await em.flush();
    return await work.endSessions({ userId: user.id, exceptId: null }, 'ACCOUNT_DISABLED');
  });
  if (ended === undefined) return problem('NOT_FOUND');
  return { kind: 'user-changed', endedSessions: ended.length };
}
