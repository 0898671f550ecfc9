import { RecoveryCode } from '../../entities/recovery-code.js';
import { TotpCredential } from '../../entities/totp-credential.js';
import { User } from '../../entities/user.js';
import { type Problem, problem } from '../../problems.js';
import { forgetWrongCodes } from '../attempts/lock.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import type { Request } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction } from '../work.js';

/**
 * Removes the second factor of a user who lost the app and the recovery codes, or whose second factor was enabled by
 * someone else. Every session ends, and the owner is notified.
 */
export async function resetTwoFactor(
  request: Request,
  email: string,
): Promise<{ kind: 'two-factor-reset'; endedSessions: number } | Problem<'NOT_FOUND'>> {
  const ended = await inTransaction(request, async (work) => {
    const { em, now } = work;
    const user = await findAddressOwner(em, email, comparedKey(work, email));
    if (user?.twoFactorEnabledAt == null) return undefined;
    await em.nativeDelete(TotpCredential, { user: user.id });
    await em.nativeDelete(RecoveryCode, { user: user.id });
    await em.nativeUpdate(User, { id: user.id }, { twoFactorEnabledAt: null, updatedAt: now });
    const sessions = await work.endSessions({ userId: user.id, exceptId: null }, 'TWO_FACTOR_CHANGED');
    await forgetWrongCodes(work, user.id);
    const metadata = { by: 'operator', endedSessions: sessions.length };
    await work.record({ type: 'TOTP_DISABLE', userId: user.id, metadata });
    await notifyOwner(work, user, 'two-factor-disabled');
    return sessions;
  });
  if (ended === undefined) return problem('NOT_FOUND');
  return { kind: 'two-factor-reset', endedSessions: ended.length };
}
