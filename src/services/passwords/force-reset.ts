import { randomBytes, randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode } from '../../entities/one-time-code.js';
import { PasswordHistory } from '../../entities/password-history.js';
import { User } from '../../entities/user.js';
import { writeMail } from '../mail-outbox/write-mail.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'clock' | 'settings' | 'secretKeys' | 'requestId'>;

const RANDOM_BYTES = 32;

/** The hash of a password that nobody knows; made before the transaction that uses it, as every hash is. */
export async function unknownPasswordHash({ passwordHasher }: Pick<UseCaseContext, 'passwordHasher'>): Promise<string> {
  return await passwordHasher.hash(randomBytes(RANDOM_BYTES).toString('base64url'));
}

/** The way to set a new password, mailed to the owner; a disabled account gets none. */
async function mailReset(context: Needs, em: EntityManager, user: User, now: Date): Promise<string> {
  const { email, displayName, locale = null, disabledAt } = user;
  const { resetCodeTtl: codeTtl, resetLinkTtl: linkTtl } = context.settings;
  const code = { purpose: 'RESET_PASSWORD' as const, address: email, userId: user.id, now, codeTtl, linkTtl };
  const { id: codeId } = await issueCode(em, context.secretKeys, code);
  return await writeMail(em, {
    mail: disabledAt == null ? 'reset-password' : 'none',
    recipient: email,
    locale,
    codeId,
    variables: displayName == null ? {} : { displayName },
    requestId: context.requestId,
    now,
  });
}

/** Keeps the old password from being chosen again, and puts one in its place that opens nothing. */
async function voidPassword(em: EntityManager, userId: string, unknownHash: string, now: Date): Promise<void> {
  const user = await em.findOneOrFail(User, { id: userId }, { populate: ['passwordHash'], refresh: true });
  await em.insert(PasswordHistory, { id: randomUUID(), user, passwordHash: user.passwordHash, createdAt: now });
  await em.nativeUpdate(User, { id: userId }, { passwordHash: unknownHash, passwordChangedAt: now, updatedAt: now });
}

/**
 * Makes a password worthless that somebody else seems to know, with the tickets that it may have opened, and mails the owner
 * the way to a new one; returns the mail. Codes come before the user's row, as everywhere.
 */
export async function forceReset(context: Needs, em: EntityManager, user: User, unknownHash: string): Promise<string> {
  const now = context.clock.now();
  await em.nativeUpdate(
    OneTimeCode,
    { purpose: 'RESET_TICKET', address: user.email, consumedAt: null },
    { consumedAt: now },
  );
  const outboxId = await mailReset(context, em, user, now);
  await voidPassword(em, user.id, unknownHash, now);
  return outboxId;
}
