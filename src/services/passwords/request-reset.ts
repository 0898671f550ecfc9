import type { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { type MailAccepted, mailStatus } from '../mail-outbox/hand-over.js';
import { mailTyped } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode, lockOrMakeCode } from '../one-time-codes/issue.js';
import type { Request } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';

/** Issues the reset code of an address: the `previous` one while its link is valid. Returns its id. */
export async function issueResetCode(
  { em, now, settings, secretKeys }: Work,
  previous: OneTimeCode,
  user: User | null,
): Promise<string> {
  const { resetCodeTtl: codeTtl, resetLinkTtl: linkTtl } = settings;
  const owner = { purpose: 'RESET_PASSWORD' as const, address: previous.address, userId: user?.id ?? null };
  return (await issueCode(em, secretKeys, { ...owner, now, codeTtl, linkTtl, previous })).id;
}

async function writeCode(work: Work, previous: OneTimeCode, user: User | null): Promise<void> {
  const { now } = work;
  const codeId = await issueResetCode(work, previous, user);
  await mailTyped(work, {
    mail: user === null ? 'none' : 'reset-password',
    recipient: previous.address,
    locale: user?.locale ?? null,
    userId: user?.id ?? null,
    codeId,
    variables: { ...actFacts(work, user, now), ...greeting(user) },
  });
}

/** Sends nothing during the cool-down. */
async function writeRequest(work: Work, typed: string): Promise<void> {
  const { em, now, settings, secretKeys } = work;
  const email = await heldAddress(em, work, typed);
  const previous = await lockOrMakeCode(em, secretKeys, 'RESET_PASSWORD', email);
  const availableAt = addSeconds(previous.issuedAt, settings.codeResendSeconds);
  const user = await em.findOne(User, { email, disabledAt: null });
  const isTooSoon = availableAt > now;
  await work.record({
    type: 'PASSWORD_RESET_REQUEST',
    success: user !== null && !isTooSoon,
    userId: user?.id ?? null,
  });
  if (!isTooSoon) await writeCode(work, previous, user);
}

/**
 * Mails a code and a link that reset the password: the previous ones while that link is valid, otherwise new ones. The
 * answer and the work are the same for an address without an account. An unverified address can be reset too, because
 * the mail verifies it as well as any.
 */
export async function requestPasswordReset(request: Request, input: { email: string }): Promise<MailAccepted> {
  const now = request.clock.now();
  const [status] = await Promise.all([
    mailStatus(request),
    inTransaction(request, (work) => writeRequest(work, input.email)),
  ]);
  // Counted from now, because the time of the last mail would reveal other people's requests.
  const resendAvailableAt = addSeconds(now, request.settings.codeResendSeconds);
  return { kind: 'mail-accepted', email: input.email, mailStatus: status, resendAvailableAt };
}
