import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { forgetFailures } from '../attempts/lock.js';
import { forgetLoginLimit } from '../attempts/login-limit.js';
import { codeLockOrder } from '../locks.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import { droppedChoices } from '../users/dropped-choices.js';
import { type Undone, undo, type Work } from '../work.js';
import { keepPassword } from './history.js';

/** A password that passed every rule, and whose hash is made. */
export interface NextPassword {
  /** The account as it was when the rules were asked, its hash among it. */
  user: User;
  password: string;
  passwordHash: string;
  /** RESET: the mailbox was proven, and with it the address. CHANGED: the present password was. */
  reason: 'PASSWORD_RESET' | 'PASSWORD_CHANGED';
  /** The session that goes on; every other one ends. */
  keptSessionId: string | null;
}

/** A password that was set. */
export interface PasswordSet {
  kind: 'password-set';
  /** The account as it is now. */
  user: User;
  endedSessions: number;
}

/** The password, the address or the state of the account changed since it was read: it is worth another look. */
export interface AccountChanged {
  kind: 'account-changed';
}

/** Codes and tokens by which the account could be entered. */
const WAYS_IN = '{RESET_PASSWORD,RESET_TICKET,VERIFY_EMAIL,EXCHANGE}';
const LOCK_WAYS_IN = `
  SELECT id FROM one_time_codes WHERE address = ? AND purpose = ANY(?::text[])
  ORDER BY ${codeLockOrder()} FOR UPDATE`;
const CLOSE_WAYS_IN = `
  UPDATE one_time_codes SET consumed_at = ? WHERE address = ? AND purpose = ANY(?::text[]) AND consumed_at IS NULL`;

/**
 * The first step of a transaction that sets a password: takes turns with whoever verifies the address, asks for a reset or
 * uses one. The order of the rows is that of everybody: codes, user, sessions, failures.
 */
export async function beginNewPassword(em: EntityManager, user: User): Promise<void> {
  await em.execute(LOCK_WAYS_IN, [user.email, WAYS_IN]);
}

/** Two signed up with the address, and the reset is the first proof of who owns it. */
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
    // A move to another address was asked for by somebody who may be the reason for the new password.
    pendingEmail: null,
    emailVerifiedAt: reason === 'PASSWORD_RESET' ? (user.emailVerifiedAt ?? now) : user.emailVerifiedAt,
    updatedAt: now,
  });
  return changed === 1;
}

/**
 * Sets a password in the caller's transaction, which `beginNewPassword` began: nothing that was proven by the one before goes
 * on. Undone where the rules were asked of an account that is not as it was.
 */
export async function setNewPassword(work: Work, next: NextPassword): Promise<PasswordSet | Undone<AccountChanged>> {
  const { em, now } = work;
  const { id: userId, email, passwordHash } = next.user;
  const contested = await isContested(em, next);
  const choices = contested ? droppedChoices(work) : {};
  if (!(await replaceHash(work, next, choices))) return undo({ kind: 'account-changed' });
  const user = await em.findOneOrFail(User, userId);
  await keepPassword(work, { userId, passwordHash });
  await em.execute(CLOSE_WAYS_IN, [now, email, WAYS_IN]);
  const ended = await work.endSessions({ userId, exceptId: next.keptSessionId }, next.reason);
  await work.checkPassword({ userId, password: next.password, passwordChangedAt: now });
  await forgetFailures(work, user);
  work.afterCommit((request) => forgetLoginLimit(request, user));
  if (contested) {
    // The mail about the new password is the one that must not wait.
    const reader = { email, locale: next.user.locale ?? null };
    await notifyOwner(work, reader, 'sign-up-contested', { leaveToRelay: true });
  }
  await notifyOwner(work, user, 'password-changed');
  return { kind: 'password-set', user, endedSessions: ended.length };
}
