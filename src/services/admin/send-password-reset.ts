import { type Problem, problem } from '../../problems.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import { issueResetCode } from '../passwords/request-reset.js';
import type { Request } from '../use-case.js';
import { type ActWork, actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';
import { coolDown, isInvited, mailInvitation, withMailStatus } from './code-mail.js';

type SendProblem = Problem<'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT' | 'RATE_LIMITED'>;

/** Mails the link of a password reset, to an invited person as an invitation. */
export async function sendReset({ work, user, lock, record }: ActWork): Promise<SendProblem | object> {
  const previous = await lockOrMakeCode(work.em, work.secretKeys, 'RESET_PASSWORD', user.email);
  const refusal = await lock();
  if (refusal !== undefined) return refusal;
  // An address that changed in the meantime has another code.
  if (user.disabledAt != null || user.email !== previous.address) return problem('CONFLICT');
  const tooSoon = coolDown(work, previous);
  if (tooSoon !== undefined) return tooSoon;
  await record({ invited: isInvited(user) });
  if (isInvited(user)) {
    await mailInvitation(work, user, previous);
    return {};
  }
  const { email: recipient, locale = null } = user;
  const codeId = await issueResetCode(work, previous, user);
  await work.mail({ mail: 'reset-password', recipient, locale, userId: user.id, codeId, variables: greeting(user) });
  return {};
}

/**
 * Mails a user the code and the link of a password reset, as the user could request them. An invited person gets the
 * invitation again. CONFLICT for a disabled account, RATE_LIMITED during the cool-down of the address.
 */
export async function sendPasswordReset(
  request: Request,
  by: Administrator,
  account: AccountName,
): Promise<UserActed | SendProblem> {
  return await withMailStatus(request, actOnUser(request, by, account, { event: 'PASSWORD_RESET_REQUEST' }, sendReset));
}
