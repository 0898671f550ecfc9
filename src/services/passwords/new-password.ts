import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { forgetFailures } from '../attempts/lock.js';
import { forgetLoginLimit } from '../attempts/login-limit.js';
import { lockRows } from '../locks.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import { droppedChoices } from '../users/dropped-choices.js';
import { type Undone, undo, type Work } from '../work.js';
import { keepPassword } from './history.js';

/** A password that passed every rule, with its hash. */
export interface NextPassword {
  /** The account, with its hash, as it was when the rules were checked. */
  user: User;
  password: string;
  passwordHash: string;
  /**
   * PASSWORD_RESET: access to the mailbox was verified, and thus the address. PASSWORD_CHANGED: the current password
   * was verified.
   */
  reason: 'PASSWORD_RESET' | 'PASSWORD_CHANGED';
  /** The session that continues. Every other one ends. */
  keptSessionId: string | null;
}

/** Result of setting a password. */
export interface PasswordSet {
  kind: 'password-set';
  /** The account after the change. */
  user: User;
  endedSessions: number;
}

/** The password, the address or the state of the account changed since it was read. Another attempt may succeed. */
export interface AccountChanged {
  kind: 'account-changed';
}

/** Codes and tokens that give access to the account. */
const accessCodes = (email: string) =>
  sql`address = ${email} AND purpose IN ('RESET_PASSWORD', 'RESET_TICKET', 'VERIFY_EMAIL', 'EXCHANGE')`;

/**
 * The first step of a transaction that sets a password. It takes turns with transactions that verify the address,
 * request a reset or use one. Rows are locked in the common order: codes, user, sessions, failures.
 */
export async function beginNewPassword(em: EntityManager, user: User): Promise<void> {
  await run(em, lockRows('one_time_codes', accessCodes(user.email)));
}

/** Returns whether two people signed up with the address and the reset is the first verification of its owner. */
async function isContested(em: EntityManager, { user, reason }: NextPassword): Promise<boolean> {
  if (reason !== 'PASSWORD_RESET') return false;
  return (await em.count(User, { id: user.id, emailVerifiedAt: null, passwordContestedAt: { $ne: null } })) > 0;
}

async function replaceHash(
  { em, now }: Work,
  next: NextPassword,
  choices: Partial<ReturnType<typeof droppedChoices>>,
): Promise<boolean> {
  const { user, passwordHash, reason } = next;
  const unchanged = { id: user.id, email: user.email, passwordHash: user.passwordHash, disabledAt: null };
  const changed = await em.nativeUpdate(User, unchanged, {
    ...choices,
    passwordHash,
    passwordChangedAt: now,
    passwordBreachedAt: null,
    passwordContestedAt: null,
    passwordChangeRequiredAt: null,
    // The person who requested a move to another address may be the reason for the new password.
    pendingEmail: null,
    emailVerifiedAt: reason === 'PASSWORD_RESET' ? (user.emailVerifiedAt ?? now) : user.emailVerifiedAt,
    updatedAt: now,
  });
  return changed === 1;
}

/**
 * Sets a password in the caller's transaction, which `beginNewPassword` began. Nothing that the previous password
 * verified continues. The result is `Undone` if the account changed since the rules were checked.
 */
export async function setNewPassword(work: Work, next: NextPassword): Promise<PasswordSet | Undone<AccountChanged>> {
  const { em, now } = work;
  const { id: userId, email, passwordHash } = next.user;
  const contested = await isContested(em, next);
  const choices = contested ? droppedChoices(work) : {};
  if (!(await replaceHash(work, next, choices))) return undo({ kind: 'account-changed' });
  const user = await em.findOneOrFail(User, userId);
  await keepPassword(work, { userId, passwordHash });
  await run(
    em,
    sql`UPDATE one_time_codes SET consumed_at = ${now} WHERE ${accessCodes(email)} AND consumed_at IS NULL`,
  );
  const ended = await work.endSessions({ userId, exceptId: next.keptSessionId }, next.reason);
  await work.checkPassword({ userId, password: next.password, passwordChangedAt: now });
  await forgetFailures(work, user);
  work.afterCommit((request) => forgetLoginLimit(request, user));
  if (contested) {
    // Only the mail about the new password must not wait.
    const reader = { id: userId, email, locale: next.user.locale ?? null };
    await notifyOwner(work, reader, 'sign-up-contested', { leaveToRelay: true });
  }
  await notifyOwner(work, user, 'password-changed');
  return { kind: 'password-set', user, endedSessions: ended.length };
}
