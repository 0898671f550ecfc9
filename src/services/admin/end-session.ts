import { Session } from '../../entities/session.js';
import { type Problem, problem } from '../../problems.js';
import type { Request } from '../use-case.js';
import { actOnUser, type UserActed } from './act-on-user.js';
import type { Administrator } from './administrator.js';

/** Ends one session of any account. NOT_FOUND if there is none, or if it has ended. */
export async function endSession(
  request: Request,
  by: Administrator,
  sessionId: string,
): Promise<UserActed | Problem<'NOT_FOUND' | 'FORBIDDEN'>> {
  const session = await request.em.fork().findOne(Session, { id: sessionId });
  if (session === null) return problem('NOT_FOUND');
  const userId = session.user.id;
  return await actOnUser(request, by, { id: userId }, { event: 'SESSION_REVOKE' }, async ({ work, lock, record }) => {
    const refusal = await lock();
    if (refusal !== undefined) return refusal;
    const ended = await work.endSessions({ id: sessionId, userId }, 'REVOKED_BY_ADMIN');
    if (ended.length === 0) return problem('NOT_FOUND');
    await record({ sessionId, endedSessions: ended.length });
    return { endedSessions: ended.length };
  });
}
