import { RecoveryCode } from '../../entities/recovery-code.js';
import { TotpCredential } from '../../entities/totp-credential.js';
import { User } from '../../entities/user.js';
import { type Problem, problem } from '../../problems.js';
import { forgetWrongCodes } from '../attempts/lock.js';
import { recordEvent } from '../audit/record-event.js';
import { writeNotice } from '../mail-outbox/write-notice.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'client' | 'requestId' | 'revocations'>;

/**
 * Removes the second factor of somebody who lost their app and their recovery codes, or whose account another has switched
 * one on for. Every session ends, and the owner is told; the mail is left to the relay, as the command ends first.
 */
export async function resetTwoFactor(
  context: Needs,
  email: string,
): Promise<{ kind: 'two-factor-reset'; endedSessions: number } | Problem<'NOT_FOUND'>> {
  const now = context.clock.now();
  const ended = await context.em.transactional(async (em) => {
    const user = await findAddressOwner(em, email, comparedKey(context, email));
    if (user?.twoFactorEnabledAt == null) return undefined;
    await em.nativeDelete(TotpCredential, { user: user.id });
    await em.nativeDelete(RecoveryCode, { user: user.id });
    await em.nativeUpdate(User, { id: user.id }, { twoFactorEnabledAt: null, updatedAt: now });
    const sessions = await revokeSessions(em, { userId: user.id, exceptId: null }, 'TWO_FACTOR_CHANGED', now);
    await forgetWrongCodes(em, context, user.id);
    const metadata = { by: 'operator', endedSessions: sessions.length };
    await recordEvent(em, context, { type: 'TOTP_DISABLE', userId: user.id, metadata });
    await writeNotice(em, context, user, 'two-factor-disabled');
    return sessions;
  });
  if (ended === undefined) return problem('NOT_FOUND');
  context.revocations.announce(ended);
  return { kind: 'two-factor-reset', endedSessions: ended.length };
}
