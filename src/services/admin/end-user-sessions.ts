import type { Problem } from '../../problems.js';
import type { Request } from '../use-case.js';
import { actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';

/** Ends every session of an account. */
export async function endUserSessions(
  request: Request,
  by: Administrator,
  account: AccountName,
): Promise<UserActed | Problem<'NOT_FOUND' | 'FORBIDDEN'>> {
  return await actOnUser(request, by, account, { event: 'SESSION_REVOKE' }, async ({ work, user, lock, record }) => {
    const refusal = await lock();
    if (refusal !== undefined) return refusal;
    const ended = await work.endSessions({ userId: user.id, exceptId: null }, 'REVOKED_BY_ADMIN');
    await record({ endedSessions: ended.length });
    return { endedSessions: ended.length };
  });
}
