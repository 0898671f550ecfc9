import { RecoveryCode } from '../../entities/recovery-code.js';
import { TotpCredential } from '../../entities/totp-credential.js';
import { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import { forgetWrongCodes } from '../attempts/lock.js';
import { lockRows } from '../locks.js';
import type { Request } from '../use-case.js';
import { actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';
import { notifyUser } from './notify-user.js';

/**
 * Removes the second factor of a user who lost the app and the recovery codes, or whose second factor was enabled by
 * someone else. Every session ends, and the owner is notified. CONFLICT if there is none.
 */
export async function resetTwoFactor(
  request: Request,
  by: Administrator,
  account: AccountName,
): Promise<UserActed | Problem<'NOT_FOUND' | 'FORBIDDEN' | 'CONFLICT'>> {
  return await actOnUser(request, by, account, { event: 'TOTP_DISABLE' }, async ({ work, user, lock, record }) => {
    const { em, now } = work;
    // Locked before the user's row, in the common order.
    await run(em, lockRows('totp_credentials', sql`user_id = ${user.id}`));
    const refusal = await lock();
    if (refusal !== undefined) return refusal;
    if (user.twoFactorEnabledAt == null) return problem('CONFLICT');
    await em.nativeDelete(TotpCredential, { user: user.id });
    await em.nativeDelete(RecoveryCode, { user: user.id });
    await em.nativeUpdate(User, { id: user.id }, { twoFactorEnabledAt: null, updatedAt: now });
    const ended = await work.endSessions({ userId: user.id, exceptId: null }, 'TWO_FACTOR_CHANGED');
    await forgetWrongCodes(work, user.id);
    await record({ endedSessions: ended.length });
    await notifyUser(work, user, 'two-factor-disabled', { byAdministrator: 'yes' });
    return { endedSessions: ended.length };
  });
}
