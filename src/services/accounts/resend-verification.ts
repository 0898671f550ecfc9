import type { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { type MailAccepted, mailStatus } from '../mail-outbox/hand-over.js';
import { mailTyped } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode, lockCode } from '../one-time-codes/issue.js';
import type { Request } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';

/** Issues the code that verifies an address: the `previous` one while its link is valid. Returns its id. */
export async function issueVerificationCode(
  { em, now, settings, secretKeys }: Work,
  address: string,
  user: User | null,
  previous: OneTimeCode | null,
): Promise<string> {
  const { verificationCodeTtl: codeTtl, verificationLinkTtl: linkTtl } = settings;
  const owner = { purpose: 'VERIFY_EMAIL' as const, address, userId: user?.id ?? null };
  return (await issueCode(em, secretKeys, { ...owner, now, codeTtl, linkTtl, previous })).id;
}

/** Sends nothing during the cool-down. */
async function writeCode(work: Work, typed: string): Promise<void> {
  const { em, now, settings } = work;
  const email = await heldAddress(em, work, typed);
  const previous = await lockCode(em, 'VERIFY_EMAIL', email);
  const availableAt = previous === null ? now : addSeconds(previous.issuedAt, settings.codeResendSeconds);
  if (availableAt > now) return;
  const user = await em.findOne(User, { email, emailVerifiedAt: null, disabledAt: null });
  const codeId = await issueVerificationCode(work, email, user, previous);
  await mailTyped(work, {
    mail: user === null ? 'none' : 'verify-email',
    recipient: email,
    locale: user?.locale ?? null,
    userId: user?.id ?? null,
    codeId,
    variables: greeting(user),
  });
}

/**
 * Mails an address its verification code and link again, or new ones if the link has expired. Sends nothing during the
 * cool-down. Unknown addresses cause the same work.
 */
export async function resendVerification(request: Request, input: { email: string }): Promise<MailAccepted> {
  const now = request.clock.now();
  const [status] = await Promise.all([
    mailStatus(request),
    inTransaction(request, (work) => writeCode(work, input.email)),
  ]);
  // Counted from now, because the time of the last mail would reveal other people's requests.
  const resendAvailableAt = addSeconds(now, request.settings.codeResendSeconds);
  return { kind: 'mail-accepted', email: input.email, mailStatus: status, resendAvailableAt };
}
