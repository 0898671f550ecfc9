import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { recordEvent } from '../audit/record-event.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { handOver, type MailAccepted, type MailingContext, mailStatus } from '../mail-outbox/hand-over.js';
import { writeTypedMail } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode, lockOrMakeCode } from '../one-time-codes/issue.js';
import type { UseCaseContext } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'client'> & MailingContext;

async function writeCode(
  context: Needs,
  em: EntityManager,
  previous: OneTimeCode,
  user: User | null,
  now: Date,
): Promise<string> {
  const { address: email } = previous;
  const { resetCodeTtl: codeTtl, resetLinkTtl: linkTtl } = context.settings;
  const code = { purpose: 'RESET_PASSWORD' as const, address: email, userId: user?.id ?? null, now, codeTtl, linkTtl };
  const { id: codeId } = await issueCode(em, context.secretKeys, { ...code, previous });
  return await writeTypedMail(context, em, {
    mail: user === null ? 'none' : 'reset-password',
    recipient: email,
    locale: user?.locale ?? null,
    codeId,
    variables: { ...actFacts(context, user, now), ...greeting(user) },
    requestId: context.requestId,
    now,
  });
}

/** The id of the mail; undefined within the cool-down. */
async function writeRequest(context: Needs, em: EntityManager, typed: string, now: Date): Promise<string | undefined> {
  const email = await heldAddress(em, context, typed);
  const previous = await lockOrMakeCode(em, context.secretKeys, 'RESET_PASSWORD', email);
  const availableAt = addSeconds(previous.issuedAt, context.settings.codeResendSeconds);
  const user = await em.findOne(User, { email, disabledAt: null });
  const isTooSoon = availableAt > now;
  await recordEvent(em, context, {
    type: 'PASSWORD_RESET_REQUEST',
    success: user !== null && !isTooSoon,
    userId: user?.id ?? null,
  });
  return isTooSoon ? undefined : await writeCode(context, em, previous, user, now);
}

/**
 * Mails a code and a link that reset the password: those mailed before while that link works, else new ones. The answer and the work are the same for an
 * address without an account. An address that is not verified yet may reset too: the mail proves it as well as any.
 */
export async function requestPasswordReset(context: Needs, input: { email: string }): Promise<MailAccepted> {
  const now = context.clock.now();
  const [status, outboxId] = await Promise.all([
    mailStatus(context),
    context.em.transactional((em) => writeRequest(context, em, input.email, now)),
  ]);
  if (outboxId !== undefined) handOver(context, outboxId);
  // Counted from now, whenever the last mail was: that would tell what others asked for.
  const resendAvailableAt = addSeconds(now, context.settings.codeResendSeconds);
  return { kind: 'mail-accepted', email: input.email, mailStatus: status, resendAvailableAt };
}
