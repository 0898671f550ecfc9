import type { Problem } from '../../problems.js';
import { forgetFailures, forgetWrongCodes } from '../attempts/lock.js';
import { forgetLoginLimit } from '../attempts/login-limit.js';
import type { Request } from '../use-case.js';
import { actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';

/** An account whose locks were lifted. `wasLocked` is true if there were failed attempts to clear. */
export interface UserUnlocked extends UserActed {
  wasLocked: boolean;
}

/** Lifts every lock of an account early. */
export async function unlockUser(
  request: Request,
  by: Administrator,
  account: AccountName,
): Promise<UserUnlocked | Problem<'NOT_FOUND' | 'FORBIDDEN'>> {
  let wasLocked = false;
  const outcome = await actOnUser(
    request,
    by,
    account,
    { event: 'ACCOUNT_UNLOCK' },
    async ({ work, user, lock, record }) => {
      const refusal = await lock();
      if (refusal !== undefined) return refusal;
      const forgotten = [await forgetFailures(work, user), await forgetWrongCodes(work, user.id)];
      wasLocked = forgotten.includes(true);
      await record({ wasLocked });
      work.afterCommit((committed) => forgetLoginLimit(committed, user));
      return {};
    },
  );
  return outcome.kind === 'user-acted' ? { ...outcome, wasLocked } : outcome;
}
