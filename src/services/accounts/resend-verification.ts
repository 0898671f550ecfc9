import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { handOver, type MailAccepted, type MailingContext, mailStatus } from '../mail-outbox/hand-over.js';
import { writeTypedMail } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode, lockCode } from '../one-time-codes/issue.js';
import type { UseCaseContext } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys'> & MailingContext;

/** The id of the mail; undefined within the cool-down. */
async function writeCode(context: Needs, em: EntityManager, typed: string, now: Date): Promise<string | undefined> {
  const { codeResendSeconds, verificationCodeTtl: codeTtl, verificationLinkTtl: linkTtl } = context.settings;
  const email = await heldAddress(em, context, typed);
  const previous = await lockCode(em, 'VERIFY_EMAIL', email);
  const availableAt = previous === null ? now : addSeconds(previous.issuedAt, codeResendSeconds);
  if (availableAt > now) return undefined;
  const user = await em.findOne(User, { email, emailVerifiedAt: null, disabledAt: null });
  const code = { purpose: 'VERIFY_EMAIL' as const, address: email, userId: user?.id ?? null, now, codeTtl, linkTtl };
  const { id: codeId } = await issueCode(em, context.secretKeys, { ...code, previous });
  return await writeTypedMail(context, em, {
    mail: user === null ? 'none' : 'verify-email',
    recipient: email,
    locale: user?.locale ?? null,
    codeId,
    variables: greeting(user),
    requestId: context.requestId,
    now,
  });
}

/**
 * Mails the code and link of an address again, or new ones where the link has expired; within the cool-down nothing is
 * mailed. Unknown addresses cost the same.
 */
export async function resendVerification(context: Needs, input: { email: string }): Promise<MailAccepted> {
  const now = context.clock.now();
  const [status, outboxId] = await Promise.all([
    mailStatus(context),
    context.em.transactional((em) => writeCode(context, em, input.email, now)),
  ]);
  if (outboxId !== undefined) handOver(context, outboxId);
  // Counted from now, whenever the last mail was: that would tell what others asked for.
  const resendAvailableAt = addSeconds(now, context.settings.codeResendSeconds);
  return { kind: 'mail-accepted', email: input.email, mailStatus: status, resendAvailableAt };
}
