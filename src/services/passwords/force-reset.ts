import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { greeting, writeMail } from '../mail-outbox/write-mail.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { UseCaseContext } from '../use-case.js';
import { keepPassword } from './history.js';
import { unusableHash } from './unusable-hash.js';

type Needs = Pick<UseCaseContext, 'clock' | 'settings' | 'secretKeys' | 'requestId' | 'client'>;

/** What the password, or the mailbox before now, may have opened already. */
const OTHER_WAYS_IN = ['RESET_TICKET', 'EXCHANGE'] as const;

/** The way to set a new password, mailed to the owner; a disabled account gets none. */
async function mailReset(context: Needs, em: EntityManager, user: User, now: Date): Promise<string> {
  const { email, locale = null, disabledAt } = user;
  const { resetCodeTtl: codeTtl, resetLinkTtl: linkTtl } = context.settings;
  const code = { purpose: 'RESET_PASSWORD' as const, address: email, userId: user.id, now, codeTtl, linkTtl };
  const { id: codeId } = await issueCode(em, context.secretKeys, code);
  return await writeMail(em, {
    mail: disabledAt == null ? 'reset-password' : 'none',
    recipient: email,
    locale,
    codeId,
    variables: { ...actFacts(context, user, now), ...greeting(user) },
    requestId: context.requestId,
    now,
  });
}

async function closeOtherWaysIn(em: EntityManager, address: string, now: Date): Promise<void> {
  for (const purpose of OTHER_WAYS_IN) {
    await em.nativeUpdate(OneTimeCode, { purpose, address, consumedAt: null }, { consumedAt: now });
  }
}

/** Keeps the password from being chosen again, and puts one in its place that opens nothing. */
async function voidPassword(context: Needs, em: EntityManager, userId: string, now: Date): Promise<void> {
  const user = await em.findOneOrFail(User, { id: userId }, { populate: ['passwordHash'], refresh: true });
  await keepPassword(em, context.settings, { userId, passwordHash: user.passwordHash, now });
  const voided = { passwordHash: unusableHash(), passwordChangedAt: now, pendingEmail: null, updatedAt: now };
  await em.nativeUpdate(User, { id: userId }, voided);
}

/**
 * Makes a password worthless that somebody else seems to know, with the tickets that it may have opened, and mails the owner
 * the way to a new one; returns the mail. Codes come before the user's row, in the order that everybody takes them in.
 */
export async function forceReset(context: Needs, em: EntityManager, user: User): Promise<string> {
  const now = context.clock.now();
  const outboxId = await mailReset(context, em, user, now);
  await closeOtherWaysIn(em, user.email, now);
  await voidPassword(context, em, user.id, now);
  return outboxId;
}
