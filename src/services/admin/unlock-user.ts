import { type Problem, problem } from '../../problems.js';
import { forgetFailures, forgetWrongCodes } from '../attempts/lock.js';
import { forgetLoginLimit } from '../attempts/login-limit.js';
import type { Request } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction } from '../work.js';

/** Lifts every lock of an account early. `wasLocked` is true if there were failed attempts to clear. */
export async function unlockUser(
  request: Request,
  email: string,
): Promise<{ kind: 'user-unlocked'; wasLocked: boolean } | Problem<'NOT_FOUND'>> {
  return await inTransaction(request, async (work) => {
    const user = await findAddressOwner(work.em, email, comparedKey(work, email));
    if (user === null) return problem('NOT_FOUND');
    const forgotten = [await forgetFailures(work, user), await forgetWrongCodes(work, user.id)];
    const wasLocked = forgotten.includes(true);
    const metadata = { by: 'operator', wasLocked };
    await work.record({ type: 'ACCOUNT_UNLOCK', userId: user.id, metadata });
    work.afterCommit((committed) => forgetLoginLimit(committed, user));
    return { kind: 'user-unlocked', wasLocked };
  });
}
