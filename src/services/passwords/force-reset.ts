import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { Work } from '../work.js';
import { keepPassword } from './history.js';
import { unusableHash } from './unusable-hash.js';

/** Codes that the password, or access to the mailbox until now, may have opened already. */
const OTHER_WAYS_IN = ['RESET_TICKET', 'EXCHANGE'] as const;

/** Mails the owner a link to set a new password. A disabled account gets none. */
async function mailReset(work: Work, user: User): Promise<void> {
  const { em, now, settings, secretKeys } = work;
  const { email, locale = null, disabledAt } = user;
  const { resetCodeTtl: codeTtl, resetLinkTtl: linkTtl } = settings;
  const code = { purpose: 'RESET_PASSWORD' as const, address: email, userId: user.id, now, codeTtl, linkTtl };
  const { id: codeId } = await issueCode(em, secretKeys, code);
  await work.mail({
    mail: disabledAt == null ? 'reset-password' : 'none',
    recipient: email,
    locale,
    userId: user.id,
    codeId,
    variables: { ...actFacts(work, user, now), ...greeting(user) },
  });
}

/** Makes the tickets and tokens invalid that open the account without its password. */
export async function closeOtherWaysIn({ em, now }: Work, address: string): Promise<void> {
  for (const purpose of OTHER_WAYS_IN) {
    await em.nativeUpdate(OneTimeCode, { purpose, address, consumedAt: null }, { consumedAt: now });
  }
}

/** Keeps the password in the history, and replaces it with one that never matches. */
async function voidPassword(work: Work, userId: string): Promise<void> {
  const { em, now } = work;
  const user = await em.findOneOrFail(User, { id: userId }, { populate: ['passwordHash'], refresh: true });
  await keepPassword(work, { userId, passwordHash: user.passwordHash });
  const voided = { passwordHash: unusableHash(), passwordChangedAt: now, pendingEmail: null, updatedAt: now };
  await em.nativeUpdate(User, { id: userId }, voided);
}

/**
 * Invalidates a password that another person seems to know, with the tickets that it may have opened, and mails the
 * owner a reset. Codes are locked before the user's row, in the common order.
 */
export async function forceReset(work: Work, user: User): Promise<void> {
  await mailReset(work, user);
  await closeOtherWaysIn(work, user.email);
  await voidPassword(work, user.id);
}
