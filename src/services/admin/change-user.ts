import { LockMode } from '@mikro-orm/postgresql';
import { type Problem, problem } from '../../problems.js';
import { type NewAuditEvent, recordEvent } from '../audit/record-event.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'revocations' | 'client' | 'requestId'>;

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
  context: Needs,
  email: string,
  change: UserChange,
): Promise<{ kind: 'user-changed'; endedSessions: number } | Problem<'NOT_FOUND'>> {
  const now = context.clock.now();
  const ended = await context.em.transactional(async (em) => {
    const user = await findAddressOwner(em, email, comparedKey(context, email));
    const locked = user && (await em.refresh(user, { lockMode: LockMode.PESSIMISTIC_WRITE }));
    if (user === null || locked === null) return undefined;
    user.updatedAt = now;
    if ('role' in change) user.role = change.role;
    else user.disabledAt = change.disabled ? (user.disabledAt ?? now) : null;
    await recordEvent(em, context, eventOf(user.id, change));
    if (user.disabledAt === null) return [];
    // Before the sessions end: a login that is under way must find the account disabled, or have its session among them.
    await em.flush();
    return await revokeSessions(em, { userId: user.id, exceptId: null }, 'ACCOUNT_DISABLED', now);
  });
  if (ended === undefined) return problem('NOT_FOUND');
  context.revocations.announce(ended);
  return { kind: 'user-changed', endedSessions: ended.length };
}
