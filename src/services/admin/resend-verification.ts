import { type Problem, problem } from '../../problems.js';
import { issueVerificationCode } from '../accounts/resend-verification.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import type { Request } from '../use-case.js';
import { type ActWork, actOnUser, type UserActed } from './act-on-user.js';
import type { AccountName, Administrator } from './administrator.js';
import { coolDown, isInvited, withMailStatus } from './code-mail.js';
import { sendReset } from './send-password-reset.js';

type ResendProblem = Problem<'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT' | 'RATE_LIMITED'>;

async function resend(given: ActWork): Promise<ResendProblem | object> {
  const { work, user, lock, record } = given;
  // The invitation verifies the address too.
  if (isInvited(user)) return await sendReset(given);
  const previous = await lockOrMakeCode(work.em, work.secretKeys, 'VERIFY_EMAIL', user.email);
  const refusal = await lock();
  if (refusal !== undefined) return refusal;
  const isStale = user.email !== previous.address;
  if (user.emailVerifiedAt != null || user.disabledAt != null || isStale) return problem('CONFLICT');
  const tooSoon = coolDown(work, previous);
  if (tooSoon !== undefined) return tooSoon;
  const { email: recipient, locale = null } = user;
  const codeId = await issueVerificationCode(work, recipient, user, previous);
  await record();
  await work.mail({ mail: 'verify-email', recipient, locale, userId: user.id, codeId, variables: greeting(user) });
  return {};
}

/**
 * Mails a user the code and the link that verify the address, as the user could request them. CONFLICT if it is
 * verified or the account is disabled, RATE_LIMITED during the cool-down of the address.
 */
export async function adminResendVerification(
  request: Request,
  by: Administrator,
  account: AccountName,
): Promise<UserActed | ResendProblem> {
  return await withMailStatus(request, actOnUser(request, by, account, { event: 'EMAIL_VERIFICATION_RESEND' }, resend));
}
