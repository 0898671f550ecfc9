import { OneTimeCode } from '../../entities/one-time-code.js';
import { type Problem, problem } from '../../problems.js';
import { dropChoices } from '../accounts/verify-email.js';
import { beginNewPassword } from '../passwords/new-password.js';
import type { Request } from '../use-case.js';
import { type ActWork, actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';
import { notifyUser } from './notify-user.js';

async function verify({
  work,
  user,
  lock,
  record,
}: ActWork): Promise<Problem<'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT'> | object> {
  const { em, now } = work;
  const { email: address } = user;
  await beginNewPassword(em, user);
  const refusal = await lock();
  if (refusal !== undefined) return refusal;
  if (user.emailVerifiedAt != null || user.email !== address) return problem('CONFLICT');
  const isContested = user.passwordContestedAt != null;
  // It is unknown whose password the account has, so its owner sets one by a reset.
  if (isContested) dropChoices(work, user);
  Object.assign(user, { emailVerifiedAt: now, updatedAt: now });
  await em.flush();
  await em.nativeUpdate(OneTimeCode, { purpose: 'VERIFY_EMAIL', address, consumedAt: null }, { consumedAt: now });
  await record({ passwordDropped: isContested });
  await notifyUser(work, user, 'address-verified');
  return {};
}

/**
 * Verifies the address of an account without a code, and makes its codes invalid. If two people signed up with the
 * address, what they chose is dropped, as it is when the owner verifies the address. CONFLICT if it is verified already.
 */
export async function verifyUserEmail(
  request: Request,
  by: Administrator,
  account: AccountName,
): Promise<UserActed | Problem<'NOT_FOUND' | 'FORBIDDEN' | 'CONFLICT'>> {
  return await actOnUser(request, by, account, { event: 'EMAIL_VERIFICATION' }, verify);
}
