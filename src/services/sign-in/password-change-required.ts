import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../../entities/user.js';
import { type AuditContext, recordEvent } from '../audit/record-event.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import { issueResetTicket, type ResetTicket } from '../passwords/reset-ticket.js';
import type { UseCaseContext } from '../use-case.js';

/** Everything was proven, and the password is known from a breach or was chosen by two: all that it opens is a reset. */
export interface PasswordChangeRequired extends ResetTicket {
  kind: 'password-change-required';
}

/** The events of the steps that sign in. */
export type SignInEventType = 'LOGIN' | 'TWO_FACTOR' | 'TOKEN_EXCHANGE';

type Needs = AuditContext & Pick<UseCaseContext, 'secretKeys'>;

/** The row of an account whose password is still the one that was shown, held so that it stays so. */
const HOLD_UNCHANGED = `
  SELECT 1 FROM users WHERE id = ? AND password_changed_at = ? AND disabled_at IS NULL FOR NO KEY UPDATE`;

/**
 * What a password opens that does not count, once the second factor of an account that has one is proven. Undefined where it
 * was reset in the meantime: a ticket that it still got would set a password over the new one. The code comes before the user's
 * row, as everywhere. A ticket that proving the address gave lives on: whoever has it proved the same.
 */
export async function requirePasswordChange(
  context: Needs,
  em: EntityManager,
  user: User,
  event: SignInEventType,
): Promise<PasswordChangeRequired | undefined> {
  const previous = await lockOrMakeCode(em, context.secretKeys, 'RESET_TICKET', user.email);
  const unchanged = await em.execute<unknown[]>(HOLD_UNCHANGED, [user.id, user.passwordChangedAt]);
  if (unchanged.length === 0) return undefined;
  const isContested = user.passwordContestedAt != null;
  const metadata = { reason: isContested ? 'CONTESTED' : 'BREACHED' };
  await recordEvent(em, context, { type: event, success: false, userId: user.id, metadata });
  return {
    kind: 'password-change-required',
    ...(await issueResetTicket(
      { em, secretKeys: context.secretKeys, now: context.clock.now() },
      user,
      isContested ? previous : null,
    )),
  };
}
